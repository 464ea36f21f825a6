/** Reports that an attempt may make at once, and then per second. */
const BURST = 50;
const PER_SECOND = 20;

/** A token bucket for the log lines and progress of one attempt: what is over the rate is dropped and counted. */
export class ReportLimiter {
  private tokens = BURST;
  private refilledAt: number;
  private droppedCount = 0;

  /** @param now Milliseconds, from any origin. */
  constructor(private readonly now: () => number) {
    this.refilledAt = now();
  }

  get dropped(): number {
    return this.droppedCount;
  }

  /** True if a report may go through now. */
  allows(): boolean {
    const now = this.now();
    this.tokens = Math.min(BURST, this.tokens + ((now - this.refilledAt) / 1_000) * PER_SECOND);
    this.refilledAt = now;
    if (this.tokens < 1) {
      this.droppedCount += 1;
      return false;
    }
    this.tokens -= 1;
    return true;
  }
}
