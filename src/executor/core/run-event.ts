import type { NodeError, RunError } from './errors.js';
import type { RunSettings } from './graph-definition.js';
import type { EpochMs, GraphId, RunId } from './ids.js';
import type { Json, JsonObject } from './json.js';
import type { OutputRef } from './output-ref.js';
import type { Level, SkipReason } from './statuses.js';

/** One incoming edge that kept a node from running. `root` is the node that began the chain. */
export interface SkipCause {
  readonly from: string;
  readonly on: 'success' | 'failure' | 'done';
  readonly reason: SkipReason;
  readonly root: string;
}

/** What ended an attempt that a cancellation had aborted. */
export type AttemptEnd = 'succeeded' | 'failed' | 'abandoned' | 'not_running';

interface Event<Type extends string> {
  readonly type: Type;
  readonly ts: EpochMs;
}

interface NodeEventOf<Type extends string> extends Event<Type> {
  readonly nodeId: string;
  /** The attempt it belongs to, from 1; 0 when none was made. */
  readonly attempt: number;
}

/** The W3C trace context of whoever asked for a run: the headers of that name. */
export interface TraceOrigin {
  readonly traceparent: string;
  readonly tracestate?: string;
}

/** What a run owes to the run that it retries. */
export interface RetryOrigin {
  readonly retryOf: RunId;
  /** The first run of the chain of retries. */
  readonly rootRunId: RunId;
  /** Params, by node, that this run says differently from its graph. */
  readonly params: Readonly<Record<string, JsonObject>>;
  /** Nodes that are not to run. */
  readonly skip: readonly string[];
  /** The `traceparent` of the retried run; absent if it has none. */
  readonly traceparent?: string;
}

export interface RunQueued extends Event<'run.queued'> {
  readonly graphId: GraphId;
  readonly graphVersion: number;
  readonly input: Json;
  readonly settings: RunSettings;
  /** What the client asked to be different from the graph's options, as it was sent; absent when it asked for nothing. */
  readonly options?: JsonObject;
  /** Absent if the run retries no other. */
  readonly retry?: RetryOrigin;
  /** Absent if nobody traces what asked for the run. */
  readonly trace?: TraceOrigin;
}
export type RunStarted = Event<'run.started'>;
/** Another session took the run over; `epoch` rises by one each time. */
export interface RunRecovered extends Event<'run.recovered'> {
  readonly epoch: number;
}
export type RunCancelRequested = Event<'run.cancel_requested'>;
export interface RunSucceeded extends Event<'run.succeeded'> {
  readonly warnings: readonly string[];
}
export interface RunFailed extends Event<'run.failed'> {
  readonly error: RunError;
}
export type RunCancelled = Event<'run.cancelled'>;

/** The node succeeds without an attempt. It stands between run.queued and whatever comes next. */
export interface NodeReused extends NodeEventOf<'node.reused'> {
  readonly output: Json;
  /** Where the output is kept if the journal only refers to it. */
  readonly ref?: OutputRef;
  /** The run whose attempt made the output; null when the client gave it. */
  readonly fromRun: RunId | null;
}
export type NodeStarted = NodeEventOf<'node.started'>;
export interface NodeLogged extends NodeEventOf<'node.log'> {
  readonly level: Level;
  readonly message: string;
  readonly data?: JsonObject;
}
export interface NodeProgressed extends NodeEventOf<'node.progress'> {
  /** 0 to 100. */
  readonly percent: number;
  readonly message?: string;
}
export interface NodeRetrying extends NodeEventOf<'node.retrying'> {
  readonly error: NodeError;
  readonly waitMs: number;
  readonly dueAt: EpochMs;
}
/**
 * What took an attempt away: the process died under it (`crash`); it died, and another node is suspected of that
 * (`bystander`); it lives, but could not write and let the run go (`lost`); it stopped in order (`shutdown`).
 */
export type InterruptionCause = 'crash' | 'bystander' | 'lost' | 'shutdown';
/** An attempt was lost with its process or its session. Only a `crash` counts towards `maxInterruptions`. */
export interface NodeInterrupted extends NodeEventOf<'node.interrupted'> {
  readonly cause: InterruptionCause;
}
export interface NodeSucceeded extends NodeEventOf<'node.succeeded'> {
  readonly output: Json;
  /** Where the output is kept if the journal only refers to it. */
  readonly ref?: OutputRef;
}
export interface NodeFailed extends NodeEventOf<'node.failed'> {
  readonly error: NodeError;
}
export interface NodeSkipped extends NodeEventOf<'node.skipped'> {
  readonly reason: SkipReason;
  readonly causes: readonly SkipCause[];
}
export interface NodeCancelled extends NodeEventOf<'node.cancelled'> {
  readonly ended: AttemptEnd;
}

export type NodeEvent =
  | NodeReused
  | NodeStarted
  | NodeLogged
  | NodeProgressed
  | NodeRetrying
  | NodeInterrupted
  | NodeSucceeded
  | NodeFailed
  | NodeSkipped
  | NodeCancelled;

export type RunLevelEvent =
  RunQueued | RunStarted | RunRecovered | RunCancelRequested | RunSucceeded | RunFailed | RunCancelled;

/** Everything that can happen to a run, in the order of its life. */
export type RunEvent = RunLevelEvent | NodeEvent;
export type RunEventType = RunEvent['type'];

export const RUN_LEVEL_EVENT_TYPES = [
  'run.queued',
  'run.started',
  'run.recovered',
  'run.cancel_requested',
  'run.succeeded',
  'run.failed',
  'run.cancelled',
] as const satisfies readonly RunLevelEvent['type'][];

export const NODE_EVENT_TYPES = [
  'node.reused',
  'node.started',
  'node.log',
  'node.progress',
  'node.retrying',
  'node.interrupted',
  'node.succeeded',
  'node.failed',
  'node.skipped',
  'node.cancelled',
] as const satisfies readonly NodeEvent['type'][];
