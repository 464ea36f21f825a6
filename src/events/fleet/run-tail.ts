import type { JournalEntry } from '../../executor/core/index.js';

/**
 * How far a run that is watched here has been published here. `level` while everything that is known of was published,
 * `behind` from the moment on which something is known to be in the journal that was not.
 */
export class RunTail {
  /** The last `seq` that was published; undefined until it is known where to begin. */
  private last: number | undefined;
  private target = 0;

  /** There are entries to be read. */
  get isBehind(): boolean {
    return this.last !== undefined && this.target > this.last;
  }

  /** Where to read on. */
  get afterSeq(): number {
    return this.last ?? 0;
  }

  /** Entries that this process has just made durable. @returns those to be published now; the others are to be read. */
  takeOwn(entries: readonly JournalEntry[]): readonly JournalEntry[] {
    const [first] = entries;
    const newest = entries.at(-1);
    if (first === undefined || newest === undefined) return [];
    this.last ??= first.seq - 1;
    if (this.isBehind || first.seq > this.last + 1) {
      this.expect(first.seq, newest.seq);
      return [];
    }
    return this.take(entries);
  }

  /** The journal is said to have entries up to `lastSeq`, of which those from `firstSeq` are news. */
  expect(firstSeq: number, lastSeq: number): void {
    this.last ??= firstSeq - 1;
    this.target = Math.max(this.target, lastSeq);
  }

  /** What the journal has after `afterSeq`, a page at most. @returns what is to be published. */
  takeRead(page: readonly JournalEntry[]): readonly JournalEntry[] {
    // The run is gone.
    if (page.length === 0) this.target = this.afterSeq;
    return this.take(page);
  }

  private take(entries: readonly JournalEntry[]): readonly JournalEntry[] {
    const { afterSeq } = this;
    const isFresh = (entries[0]?.seq ?? 0) > afterSeq;
    this.last = Math.max(afterSeq, entries.at(-1)?.seq ?? 0);
    return isFresh ? entries : entries.filter(({ seq }) => seq > afterSeq);
  }
}
