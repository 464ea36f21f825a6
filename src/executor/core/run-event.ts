import type { NodeError, RunError } from './errors.js';
import type { RunSettings } from './graph-definition.js';
import type { EpochMs, GraphId } from './ids.js';
import type { Json, JsonObject } from './json.js';
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

export interface RunQueued extends Event<'run.queued'> {
  readonly graphId: GraphId;
  readonly graphVersion: number;
  readonly input: Json;
  readonly settings: RunSettings;
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
/** The process stopped under an attempt. Only a crash counts towards `maxInterruptions`. */
export interface NodeInterrupted extends NodeEventOf<'node.interrupted'> {
  readonly cause: 'crash' | 'shutdown';
}
export interface NodeSucceeded extends NodeEventOf<'node.succeeded'> {
  readonly output: Json;
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
