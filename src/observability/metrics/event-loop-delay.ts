import { monitorEventLoopDelay } from 'node:perf_hooks';

/** How often the delay is sampled: seldom enough to let an idle process sleep. */
const RESOLUTION_MS = 100;
/** Readings within this time are of one question. */
const SAME_QUESTION_MS = 50;
const NS_PER_SEC = 1e9;

export interface DelayReading {
  readonly p99Sec: number;
  readonly maxSec: number;
}

/** Measures from now on how late the event loop comes to what is due. It keeps no process alive. */
export class EventLoopDelay {
  private readonly histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  private last: DelayReading = { p99Sec: 0, maxSec: 0 };
  private readAt = -Infinity;

  constructor() {
    this.histogram.enable();
  }

  /** Since the last question before this one. */
  read(): DelayReading {
    const now = performance.now();
    if (now - this.readAt < SAME_QUESTION_MS) return this.last;
    this.readAt = now;
    const { histogram } = this;
    if (histogram.count > 0) {
      this.last = { p99Sec: delaySec(histogram.percentile(99)), maxSec: delaySec(histogram.max) };
      histogram.reset();
    }
    return this.last;
  }
}

/** A sample is the time since the sample before, most of which was meant to pass. */
function delaySec(sampleNs: number): number {
  return Math.max(0, sampleNs / NS_PER_SEC - RESOLUTION_MS / 1_000);
}
