import { setImmediate as nextTurn } from 'node:timers/promises';

/** The longest that a computation may keep everything else waiting. */
const TURN_MS = 10;

/** Lets the rest of the process run between the steps of a long computation, and counts what the computation itself took. */
export class Breather {
  private turnStartedAt = performance.now();
  private earlierTurnsMs = 0;

  constructor(private readonly signal: AbortSignal) {}

  /** Milliseconds that the computation has had, without the time that it let others have. */
  get activeMs(): number {
    return this.earlierTurnsMs + performance.now() - this.turnStartedAt;
  }

  /** True when the computation should pause before its next step. */
  get isDue(): boolean {
    return performance.now() - this.turnStartedAt > TURN_MS;
  }

  /** Lets others run. Rejects with the signal's reason once it has fired. */
  async pause(): Promise<void> {
    this.earlierTurnsMs += performance.now() - this.turnStartedAt;
    await nextTurn();
    this.turnStartedAt = performance.now();
    this.signal.throwIfAborted();
  }
}
