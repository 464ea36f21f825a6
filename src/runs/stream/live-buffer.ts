import type { JournalEntry } from '../../executor/core/index.js';

/**
 * Entries that were published and not sent yet, at most `capacity`. When more come in, all are dropped: the journal has
 * them, and the reader goes back to it.
 */
export class LiveBuffer {
  private entries: JournalEntry[] = [];
  private latest = 0;
  private hasOverflowed = false;
  private wake: (() => void) | undefined;

  constructor(private readonly capacity: number) {}

  /** `seq` of the newest entry that came in; 0 before the first. */
  get latestSeq(): number {
    return this.latest;
  }

  push(entries: readonly JournalEntry[]): void {
    this.latest = entries.at(-1)?.seq ?? this.latest;
    if (this.hasOverflowed || this.entries.length + entries.length > this.capacity) {
      this.hasOverflowed = true;
      this.entries = [];
    } else this.entries.push(...entries);
    this.notify();
  }

  /** What came in since the last call, in order; `hasGap` when some of it was dropped. */
  take(): { readonly entries: readonly JournalEntry[]; readonly hasGap: boolean } {
    const taken = { entries: this.entries, hasGap: this.hasOverflowed };
    this.entries = [];
    this.hasOverflowed = false;
    return taken;
  }

  /** Resolves when something is there to take, or `notify` was called. */
  filled(): Promise<void> {
    if (this.entries.length > 0 || this.hasOverflowed) return Promise.resolve();
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }

  /** Wakes the reader up, for whatever reason. */
  notify(): void {
    this.wake?.();
    this.wake = undefined;
  }
}
