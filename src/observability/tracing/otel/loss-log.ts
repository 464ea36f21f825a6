const SECONDS_BETWEEN_LINES = 60;

export interface LossLogParts {
  readonly write: (line: string) => void;
  /** Milliseconds, from any origin. */
  readonly now: () => number;
}

/** Says that spans were lost, at most once a minute: a receiver that is gone must not fill the log. */
export class LossLog {
  private lost = 0;
  private saidAt = -Infinity;

  constructor(private readonly parts: LossLogParts) {}

  add(spans: number, reason: string): void {
    this.lost += spans;
    const now = this.parts.now();
    if (now - this.saidAt < SECONDS_BETWEEN_LINES * 1_000) return;
    this.saidAt = now;
    this.parts.write(`${this.lost} spans could not be sent: ${reason}`);
    this.lost = 0;
  }
}
