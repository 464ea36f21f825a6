/** Upper bounds of the classes into which durations are counted, in seconds: from a millisecond to an hour. */
export const DURATION_BOUNDS = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600,
] as const;

/**
 * Counts values by size, as a histogram of Prometheus. Counting one takes some nanoseconds and no memory, so that it can
 * stand where requests and events pass.
 */
export class Distribution {
  private readonly counts: Float64Array;
  private total = 0;

  /** @param bounds Upper bounds, included, rising; what is above the last is counted as well. */
  constructor(readonly bounds: readonly number[]) {
    this.counts = new Float64Array(bounds.length + 1);
  }

  /** Values so far. */
  get count(): number {
    return this.counts.reduce((sum, count) => sum + count, 0);
  }

  /** All values so far, added up. */
  get sum(): number {
    return this.total;
  }

  /** A value below 0, as a clock that was set back makes it, counts as 0. */
  observe(value: number): void {
    const measured = value > 0 ? value : 0;
    const { bounds, counts } = this;
    let place = 0;
    while (place < bounds.length && measured > (bounds[place] as number)) place += 1;
    counts[place] = (counts[place] as number) + 1;
    this.total += measured;
  }

  /** How many values were at most as large as each bound, in the order of the bounds. */
  cumulative(): number[] {
    let below = 0;
    return this.bounds.map((_bound, place) => (below += this.counts[place] as number));
  }
}
