import { Injectable } from '@nestjs/common';
import { type EpochMs, epochMs } from './core/index.js';

/** Node's timers hold at most this many milliseconds. */
const MAX_TIMER_MS = 2_147_483_647;

/** Keeps what was to happen from happening; does nothing once it has. */
export type Cancel = () => void;

/** The time that runs live by. */
export abstract class Clock {
  /** Never runs backwards within a process, whatever happens to the wall clock. */
  abstract now(): EpochMs;

  /** Has `action` called once, in a turn of its own, when `now` has reached `when`. */
  abstract at(when: EpochMs, action: () => void): Cancel;
}

/** Wall time at the start of the process, advanced by the monotonic clock: a jump of the wall clock moves no deadline. */
@Injectable()
export class SystemClock extends Clock {
  override now(): EpochMs {
    return epochMs(Math.round(performance.timeOrigin + performance.now()));
  }

  override at(when: EpochMs, action: () => void): Cancel {
    let timer: NodeJS.Timeout;
    const arm = (waitMs: number): void => {
      timer = setTimeout(
        () => {
          // Timers may fire a moment early, and long waits come in pieces.
          const leftMs = when - this.now();
          if (leftMs > 0) arm(leftMs);
          else action();
        },
        Math.min(MAX_TIMER_MS, waitMs),
      );
    };
    arm(Math.max(0, when - this.now()));
    return () => clearTimeout(timer);
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

  override at(when: EpochMs, action: () => void): Cancel {
    return this.process.at(epochMs(when - this.aheadMs), action);
  }
}
