import type { EngineLimits } from '../embedded/embedded-engine.options.js';
import type { QueueTimings } from './queue/queue-timings.js';

/** What the engine of a fleet takes from the configuration. */
export interface BullmqEngineOptions {
  /** Whether this process works on runs; one that does not creates and cancels them. */
  readonly isWorker: boolean;
  readonly limits: EngineLimits & { readonly maxConcurrency: number };
  readonly timings: QueueTimings;
  /** Committed runs that may wait in this process for a queue that cannot be reached. */
  readonly maxBacklog: number;
  /** A run in which nothing is due for longer than this lets its worker go. */
  readonly parkAfterMs: number;
  /** How often the leader looks for runs that no job covers. */
  readonly sweepMs: number;
}
