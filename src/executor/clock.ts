import { Injectable } from '@nestjs/common';
import { type EpochMs, epochMs } from './core/index.js';

/** The time that runs live by. */
export abstract class Clock {
  /** Never runs backwards within a process, whatever happens to the wall clock. */
  abstract now(): EpochMs;
}

/** Wall time at the start of the process, advanced by the monotonic clock: a jump of the wall clock moves no deadline. */
@Injectable()
export class SystemClock extends Clock {
  override now(): EpochMs {
    return epochMs(Math.round(performance.timeOrigin + performance.now()));
  }
}

/**
 * The time of one run in one session. It begins no earlier than the run's last event: a wall clock that was set back while
 * no process had the run makes nothing wait longer than was journaled.
 */
export class RunClock extends Clock {
  /** How far it is ahead of the clock of the process, in milliseconds. */
  readonly aheadMs: number;

  constructor(
    private readonly process: Clock,
    notBefore: EpochMs,
  ) {
    super();
    this.aheadMs = Math.max(0, notBefore - process.now());
  }

  override now(): EpochMs {
    return epochMs(this.process.now() + this.aheadMs);
  }
}
