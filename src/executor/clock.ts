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
