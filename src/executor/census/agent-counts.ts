import { DURATION_BOUNDS, Distribution } from '../../observability/core/index.js';

/** What became of an attempt. A time-out counts as one, whether another attempt followed or not. */
export const ATTEMPT_OUTCOMES = ['success', 'failed', 'retried', 'timed_out', 'interrupted', 'cancelled'] as const;
export type AttemptOutcome = (typeof ATTEMPT_OUTCOMES)[number];

/** How a node run ended of which attempts were made. */
export const NODE_OUTCOMES = ['success', 'failed', 'cancelled'] as const;
export type NodeOutcome = (typeof NODE_OUTCOMES)[number];

/** The clocks of a node, as its `TimeoutError` names them. */
export const NODE_CLOCKS = ['attempt', 'idle', 'total'] as const;
export type NodeClock = (typeof NODE_CLOCKS)[number];

/** What the nodes of one type of agent have done. */
export class AgentCounts {
  readonly attempts: Record<AttemptOutcome, number> = {
    success: 0,
    failed: 0,
    retried: 0,
    timed_out: 0,
    interrupted: 0,
    cancelled: 0,
  };
  readonly timeouts: Record<NodeClock, number> = { attempt: 0, idle: 0, total: 0 };
  retries = 0;
  /** From the start of a node's first attempt to its end, in seconds; what waited between attempts is in it. */
  readonly durations: Record<NodeOutcome, Distribution> = {
    success: new Distribution(DURATION_BOUNDS),
    failed: new Distribution(DURATION_BOUNDS),
    cancelled: new Distribution(DURATION_BOUNDS),
  };
}
