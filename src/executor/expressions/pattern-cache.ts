import { RE2JS, RE2JSException } from 're2js';
import { ExpressionLimitError, ExpressionSyntaxError } from '../core/index.js';

/** A search in text that takes time linear in the text, on whatever pattern. */
export interface Pattern {
  /** What one character costs at worst, in instructions of the pattern's program. */
  readonly size: number;
  test(text: string): boolean;
}

const MAX_PATTERN_LENGTH = 1_000;
/** Characters × instructions of one search: about two seconds on the worst patterns, milliseconds on the usual. */
const MAX_SEARCH_WORK = 64_000_000;

/** Compiles patterns in RE2 syntax (no look-around, no back-references) and keeps the last used. */
export class PatternCache {
  readonly #patterns = new Map<string, Pattern>();

  constructor(private readonly capacity = 256) {}

  /** @throws {ExpressionSyntaxError} if `source` is not a valid pattern or is too long. */
  get(source: string): Pattern {
    const known = this.#patterns.get(source);
    const pattern = known ?? compilePattern(source);
    // A map keeps the order of insertion, so the first key is the one that was used longest ago.
    this.#patterns.delete(source);
    this.#patterns.set(source, pattern);
    const [oldest] = this.#patterns.keys();
    if (this.#patterns.size > this.capacity) this.#patterns.delete(oldest as string);
    return pattern;
  }
}

function compilePattern(source: string): Pattern {
  if (source.length > MAX_PATTERN_LENGTH) {
    throw new ExpressionSyntaxError(`a pattern may have at most ${MAX_PATTERN_LENGTH} characters`);
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
