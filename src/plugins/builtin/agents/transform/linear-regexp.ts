import { RE2JS } from 're2js';
import { MAX_PATTERN_SIZE, patternSize } from '../../../../executor/core/index.js';
import { NonRetryableError } from '../../../sdk/index.js';

/** Characters × instructions of one search: some tenths of a second at worst. */
const MAX_SEARCH_WORK = 8_000_000;
/** What all searches with one pattern may take: each is linear, as many as there are matches need not be. */
const MAX_TOTAL_MS = 1_000;

/**
 * Stands in for `RegExp` where expressions of users are evaluated: the same matches in time linear in the text, whatever
 * the pattern. Look-around and back-references do not exist in it.
 */
export class LinearRegExp {
  /** Where the next search begins, as in a `RegExp` with the flag `g`. */
  lastIndex = 0;
  private readonly pattern: RE2JS;
  private spentMs = 0;

  /** @throws {NonRetryableError} if the pattern uses what cannot be searched for in linear time, or is too large. */
  constructor(source: RegExp) {
    const pattern = RE2JS.translateRegExp(source.source);
    if (patternSize(pattern) > MAX_PATTERN_SIZE) {
      throw new NonRetryableError('a pattern is too large once its repetitions are written out');
    }
    try {
      this.pattern = RE2JS.compile(pattern, flagsOf(source));
    } catch (cause) {
      throw new NonRetryableError(
        `the pattern /${source.source}/ is not supported: look-around and back-references are not`,
        { cause },
      );
    }
  }

  /** @throws {NonRetryableError} if the text is too long for the pattern, or all searches together took too long. */
  exec(text: string): { readonly [group: number]: string | undefined; index: number; length: number } | null {
    if (text.length * this.pattern.programSize() > MAX_SEARCH_WORK) {
      throw new NonRetryableError(`a text of ${text.length} characters is too long for this pattern`);
    }
    if (this.spentMs > MAX_TOTAL_MS) throw new NonRetryableError('the pattern takes too long on this text');
    const startedAt = performance.now();
    const matcher = this.pattern.matcher(text);
    const isFound = this.lastIndex <= text.length && matcher.find(this.lastIndex);
    this.spentMs += performance.now() - startedAt;
    if (!isFound) {
      this.lastIndex = 0;
      return null;
    }
    this.lastIndex = matcher.end();
    const groups = Array.from({ length: matcher.groupCount() + 1 }, (_, group) => matcher.group(group) ?? undefined);
    return Object.assign(groups, { index: matcher.start() });
  }
}

function flagsOf({ ignoreCase, multiline }: RegExp): number {
  return (ignoreCase ? RE2JS.CASE_INSENSITIVE : 0) | (multiline ? RE2JS.MULTILINE : 0);
}
