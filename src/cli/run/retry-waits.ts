const MOST_FAILURES = 10;
const LONGEST_MS = 15_000;

/** How long to wait before a connection is tried again: doubled with each failure in a row, up to a bound. */
export class RetryWaits {
  private failures = 0;

  constructor(private baseMs: number) {}

  /** What the server asks for. */
  setBase(baseMs: number): void {
    this.baseMs = baseMs;
  }

  /** It worked: the next failure is the first again. */
  reset(): void {
    this.failures = 0;
  }

  /** Counts a failure; undefined once there were too many in a row. */
  next(): number | undefined {
    this.failures += 1;
    return this.failures > MOST_FAILURES ? undefined : Math.min(LONGEST_MS, this.baseMs * 2 ** (this.failures - 1));
  }
}
