/** Buckets of the shift table: one for each pair of characters, all of ASCII apart from each other. */
const BUCKETS = 65_536;

/**
 * Finds out whether a text holds any of many others: Wu and Manber's algorithm ("A fast algorithm for multi-pattern
 * searching", 1994). It looks at one pair of characters in as many as the shortest of them is long, so a search costs the
 * less the longer they are, and about the same for one as for a hundred.
 */
export class TextSearch {
  private readonly shortest: number;
  /** By the last two characters of a window: how far the window may move at least. */
  private readonly shifts: Uint8Array;
  /** Any of them, right where it is asked for. */
  private readonly here: RegExp;
  /** Any of them, everywhere; the longest where several begin. */
  private readonly everywhere: RegExp;

  /** @param wanted At least one, each of two characters or more. */
  constructor(wanted: ReadonlySet<string>) {
    const longestFirst = [...wanted].sort((a, b) => b.length - a.length);
    const source = longestFirst.map(escapePattern).join('|');
    this.here = new RegExp(source, 'y');
    this.everywhere = new RegExp(source, 'g');
    this.shortest = Math.min(longestFirst.at(-1)?.length ?? 0, 255);
    this.shifts = new Uint8Array(BUCKETS).fill(this.shortest - 1);
    for (const text of wanted) {
      for (let end = 1; end < this.shortest; end++) {
        const bucket = bucketOf(text, end);
        this.shifts[bucket] = Math.min(this.shifts[bucket] ?? 0, this.shortest - 1 - end);
      }
    }
  }

  isIn(text: string): boolean {
    let end = this.shortest - 1;
    while (end < text.length) {
      const shift = this.shifts[bucketOf(text, end)] ?? 0;
      if (shift === 0) {
        this.here.lastIndex = end - this.shortest + 1;
        if (this.here.test(text)) return true;
        end += 1;
      } else end += shift;
    }
    return false;
  }

  replace(text: string, replacement: string): string {
    return this.isIn(text) ? text.replace(this.everywhere, () => replacement) : text;
  }
}

/** Of the two characters that end at `end`. */
function bucketOf(text: string, end: number): number {
  return ((text.charCodeAt(end - 1) << 8) ^ text.charCodeAt(end)) & (BUCKETS - 1);
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
