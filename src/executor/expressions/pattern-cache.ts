import { RE2JS, RE2JSException } from 're2js';
import {
  ExpressionLimitError,
  ExpressionSyntaxError,
  MAX_PATTERN_SIZE,
  patternCost,
  patternSize,
} from '../core/index.js';

/** A search in text that takes time linear in the text, on whatever pattern. */
export interface Pattern {
  /** What one character costs at worst, in instructions of the pattern's program. */
  readonly size: number;
  test(text: string): boolean;
}

const MAX_PATTERN_LENGTH = 1_000;
/** Characters × instructions of one search: about two seconds on the worst patterns, milliseconds on the usual. */
const MAX_SEARCH_WORK = 64_000_000;
/**
 * What all patterns that are kept may be together, and those of one graph: at worst some tens of megabytes, and tenths of a
 * second to compile. As the patterns of a graph can all be kept, none of them is compiled more often than once.
 */
const MAX_TOGETHER = 100_000;

/** Where patterns come from. */
export interface Patterns {
  /** @throws {ExpressionSyntaxError} if `source` is not a valid pattern, or is too long or too large. */
  get(source: string): Pattern;
}

interface Kept {
  readonly pattern: Pattern;
  readonly size: number;
}

/** Compiles patterns in RE2 syntax (no look-around, no back-references) and keeps the last used. */
export class PatternCache implements Patterns {
  readonly #kept = new Map<string, Kept>();
  #size = 0;

  /** @param capacity What the kept ones may be together, by `patternSize`. */
  constructor(private readonly capacity = MAX_TOGETHER) {}

  get(source: string): Pattern {
    const known = this.#kept.get(source);
    const kept = known ?? { pattern: compilePattern(source), size: patternCost(source) };
    // A map keeps the order of insertion, so the first key is the one that was used longest ago.
    this.#kept.delete(source);
    this.#kept.set(source, kept);
    if (known === undefined) this.#makeRoom(kept.size);
    return kept.pattern;
  }

  #makeRoom(added: number): void {
    this.#size += added;
    for (const [source, { size }] of this.#kept) {
      if (this.#size <= this.capacity) return;
      this.#kept.delete(source);
      this.#size -= size;
    }
  }
}

/** The patterns of one graph, which may be only so large together. */
export class GraphPatterns implements Patterns {
  readonly #known = new Set<string>();
  #left = MAX_TOGETHER;

  constructor(private readonly patterns: Patterns) {}

  get(source: string): Pattern {
    if (!this.#known.has(source)) {
      this.#known.add(source);
      this.#left -= patternCost(source);
    }
    if (this.#left < 0) throw new ExpressionSyntaxError('the patterns of the graph are too large together');
    return this.patterns.get(source);
  }
}

function compilePattern(source: string): Pattern {
  if (source.length > MAX_PATTERN_LENGTH) {
    throw new ExpressionSyntaxError(`a pattern may have at most ${MAX_PATTERN_LENGTH} characters`);
  }
  // Before it is compiled: that takes the time, and the memory.
  if (patternSize(source) > MAX_PATTERN_SIZE) {
    throw new ExpressionSyntaxError('the pattern is too large once its repetitions are written out');
  }
  const compiled = parsePattern(source);
  const size = compiled.programSize();
  return {
    size,
    test(text) {
      if (text.length * size > MAX_SEARCH_WORK) {
        throw new ExpressionLimitError(`a text of ${text.length} characters is too long for this pattern`);
      }
      return compiled.test(text);
    },
  };
}

function parsePattern(source: string): RE2JS {
  try {
    return RE2JS.compile(source);
  } catch (error) {
    if (error instanceof RE2JSException) throw new ExpressionSyntaxError(`invalid pattern: ${error.message}`);
    throw error;
  }
}
