const INTERVAL_MS = 60_000;

/** Tells of something that may happen very often: when it first happens, and then once a minute at the most, with how often. */
export class SeldomLog {
  private untold = 0;
  private lastToldAt = -Infinity;

  /** @param now monotonic milliseconds */
  constructor(
    private readonly tell: (count: number) => void,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** It happened once more. */
  note(): void {
    this.untold += 1;
    const now = this.now();
    if (now - this.lastToldAt < INTERVAL_MS) return;
    this.tell(this.untold);
    this.lastToldAt = now;
    this.untold = 0;
  }
}
