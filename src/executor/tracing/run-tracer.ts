import type { GraphPlan, RunEvent, RunId, RunState, TraceOrigin } from '../core/index.js';

/** A run as a session takes it up. To be read while `watch` is called, not later: the session advances it. */
export interface WatchedRun {
  readonly runId: RunId;
  readonly plan: GraphPlan;
  readonly state: RunState;
}

/** What is told of one session of a run. */
export interface SessionTrace {
  /** Hears of every event of the session, in order, once it is durable. It never throws. */
  tell(events: readonly RunEvent[]): void;
  /** Calls `begin`: what that calls outside from then on belongs to the attempt that `node` makes now. */
  within<T>(node: string, begin: () => T): T;
}

/**
 * Port: tells a tracing back end what becomes of runs. Nobody provides it while tracing is off: whoever injects it does so
 * optionally, and does nothing without it.
 */
export abstract class RunTracer {
  /** Where what is being handled now is traced; a run that it asks for carries that on. */
  abstract current(): TraceOrigin | undefined;
  /** Begins to tell of a session. */
  abstract watch(run: WatchedRun): SessionTrace;
}
