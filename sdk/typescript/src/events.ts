import type { LogEntry } from './generated/types.gen.js';

/**
 * One event of a run, as streams give it; `type` tells which, and what `data` holds. A newer service may send types that are
 * not listed here: a `switch` passes over them by its `default`.
 */
export type RunEvent = LogEntry & { readonly run_id: string };

/** The event types that this version of the service knows. */
export type RunEventType = LogEntry['type'];
