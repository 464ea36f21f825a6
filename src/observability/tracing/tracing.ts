import type { RequestHandler } from 'express';
import type { RunTracer } from '../../executor/index.js';

/** What became of spans, counted from the start of the process. */
export interface SpanStats {
  readonly exported: number;
  /** Over the bound of the queue, or not taken by the receiver. */
  readonly dropped: number;
}

/** Tracing that is on; nobody provides it while it is off. */
export abstract class Tracing {
  /** Has each request traced but probes and the metrics. It stands before whatever may refuse a request. */
  abstract readonly requests: RequestHandler;
  abstract readonly runs: RunTracer;
  abstract readonly stats: SpanStats;
  /** Sends what is still waiting, within a bound. Nothing is traced afterwards. */
  abstract close(): Promise<void>;
}
