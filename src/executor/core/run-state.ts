import type { GraphPlan } from './compile.js';
import { DeadlineHeap } from './deadline-heap.js';
import type { NodeError, RunError } from './errors.js';
import { Fifo } from './fifo.js';
import type { RunSettings } from './graph-definition.js';
import { type EpochMs, type RunId, epochMs } from './ids.js';
import type { Json } from './json.js';
import type { OutputRef } from './output-ref.js';
import type { RunQueued, SkipCause } from './run-event.js';
import type { RunStatus, SkipReason } from './statuses.js';

/** One node run. Each status carries exactly the data that exists in it. */
export type NodeState =
  | { readonly status: 'PENDING' }
  | { readonly status: 'RUNNING' }
  /** Waiting for its next attempt. `error` is absent when the attempt was interrupted rather than failed. */
  | { readonly status: 'RETRYING'; readonly dueAt: EpochMs; readonly error?: NodeError }
  | {
      readonly status: 'SUCCESS';
      readonly output: Json;
      /** Where the output is kept if the journal only refers to it. */
      readonly ref?: OutputRef;
      /** Absent when an attempt of this run made the output, null when the client gave it. */
      readonly reusedFrom?: RunId | null;
    }
  | { readonly status: 'FAILED'; readonly error: NodeError; readonly handled: boolean }
  | {
      readonly status: 'SKIPPED';
      readonly reason: SkipReason;
      readonly causes: readonly SkipCause[];
      /** The node that began the chain. */
      readonly root: string;
    }
  | { readonly status: 'CANCELLED' };

/** What is known of one node run; only `reduce` writes it. */
export interface NodeRecord {
  state: NodeState;
  /** Attempts started. */
  attempts: number;
  /** Attempts lost with their process; they use up no retry. */
  interruptions: number;
  /** Those interruptions that a crash caused. */
  crashes: number;
  /** Start of the first attempt. */
  startedAt: EpochMs | null;
  /** Start of the latest attempt. */
  attemptStartedAt: EpochMs | null;
  finishedAt: EpochMs | null;
  /** Until when the latest attempt does nothing but wait; null if it does more. */
  suspendedUntil: EpochMs | null;
  /** Incoming edges that have not resolved yet. */
  unresolved: number;
  /** Its attempt was told to stop because the run is being cancelled. */
  aborting: boolean;
}

/** How an edge resolved. The numbers are only used in memory. */
export const Verdict = {
  UNRESOLVED: 0,
  TAKEN: 1,
  TAKEN_WITHOUT_DATA: 2,
  RUN_CANCELLED: 3,
  UPSTREAM_FAILED: 4,
  RUN_FAILING: 5,
  MISSING_INPUT: 6,
  UPSTREAM_SKIPPED: 7,
  COND_ERROR: 8,
  COND_FALSE: 9,
} as const;
export type Verdict = (typeof Verdict)[keyof typeof Verdict];

/** A condition that could not be evaluated; it waits here until its warning is in the journal. */
export interface ConditionFault {
  readonly edge: number;
  readonly message: string;
}

/**
 * A run folded from its journal. It belongs to one owner: `reduce` and `decide` advance it in place, because copying a
 * 10,000-node state for each event would make a run quadratic.
 */
export interface RunState {
  status: RunStatus;
  /** The first event; null before it. */
  queued: RunQueued | null;
  /** `seq` of the last event folded in. */
  seq: number;
  /** Time of the last event folded in. */
  lastTs: EpochMs;
  epoch: number;
  settings: RunSettings;
  input: Json;
  /** The first run of the chain of retries that this one belongs to; null when it is that run itself. */
  rootRunId: RunId | null;
  /** Ids of nodes that are not to run. */
  skips: ReadonlySet<string>;
  /** Nodes that had succeeded before the run began. */
  reused: number;
  createdAt: EpochMs;
  startedAt: EpochMs | null;
  finishedAt: EpochMs | null;
  progress: number;
  error: RunError | null;
  warnings: readonly string[];
  readonly nodes: NodeRecord[];
  /** By edge index. */
  readonly verdicts: Uint8Array;
  /** Nodes whose edges have all resolved, in the order in which that happened; those already decided are passed over. */
  readonly undecided: Fifo<number>;
  /** Nodes that wait for a slot, in the order in which they became ready; those already started are passed over. */
  readonly ready: Fifo<number>;
  readonly running: Set<number>;
  /** Nodes between two attempts. */
  readonly retrying: Set<number>;
  readonly deadlines: DeadlineHeap;
  readonly conditionFaults: Fifo<ConditionFault>;
  /** Unhandled failures, in the order in which they happened. */
  readonly failures: number[];
  /** With strict conditions: the first condition that could not be evaluated. */
  strictFault: ConditionFault | null;
  /** Node runs in a terminal status. */
  ended: number;
  cancelRequestedAt: EpochMs | null;
  /** When attempts that were told to stop are given up; null while none was told. */
  abortDeadline: EpochMs | null;
  /** The clock that ended the run, if one did. */
  expired: 'run' | 'queue' | null;
  /** The phase whose consequences for waiting nodes have been drawn; it only saves work, the journal never needs it. */
  settledPhase: Phase;
  /** Suspects that may make their next attempt, and those that were passed over just now because they may not. */
  readonly admitted: Set<number>;
  held: readonly number[];
  /** Its owner lets suspects go one after the other. Not in the journal, like `admitted` and `held`. */
  holdsSuspects: boolean;
  /** Its owner is about to stop: nothing starts here any more. Not in the journal, as the next owner starts it. */
  draining: boolean;
}

/** What a run does once something went wrong for good; in all but `normal` only nodes that must run still start. */
export type Phase = 'normal' | 'stopping' | 'cancelling' | 'expired';

const NO_SETTINGS: RunSettings = {
  concurrency: 1,
  defaultTimeoutSec: 30,
  maxRetries: 0,
  onFailure: 'finish',
  strictConditions: false,
  requireSink: false,
  retryBaseSec: 1,
  retryFactor: 2,
  retryMaxDelaySec: 60,
  retryJitter: 'equal',
  retryAfterMaxSec: 900,
  cancelGraceSec: 5,
  maxInterruptions: 5,
};

const NO_SKIPS: ReadonlySet<string> = new Set();

/** The state before the first event. */
export function initialState(plan: GraphPlan): RunState {
  return {
    status: 'PENDING',
    queued: null,
    seq: 0,
    lastTs: epochMs(0),
    epoch: 0,
    settings: NO_SETTINGS,
    input: null,
    rootRunId: null,
    skips: NO_SKIPS,
    reused: 0,
    createdAt: epochMs(0),
    startedAt: null,
    finishedAt: null,
    progress: 0,
    error: null,
    warnings: [],
    nodes: plan.nodes.map((node) => ({
      state: { status: 'PENDING' },
      attempts: 0,
      interruptions: 0,
      crashes: 0,
      startedAt: null,
      attemptStartedAt: null,
      finishedAt: null,
      suspendedUntil: null,
      unresolved: node.incoming.length,
      aborting: false,
    })),
    verdicts: new Uint8Array(plan.edges.length),
    undecided: new Fifo(),
    ready: new Fifo(),
    running: new Set(),
    retrying: new Set(),
    deadlines: new DeadlineHeap(),
    conditionFaults: new Fifo(),
    failures: [],
    strictFault: null,
    ended: 0,
    cancelRequestedAt: null,
    abortDeadline: null,
    expired: null,
    settledPhase: 'normal',
    admitted: new Set(),
    held: [],
    holdsSuspects: false,
    draining: false,
  };
}

/** The record of a node of the plan. */
export function nodeRecord(state: RunState, node: number): NodeRecord {
  return state.nodes[node] as NodeRecord;
}

/** True if nothing has happened to the run but that it was queued. */
export function isFresh(state: RunState): boolean {
  return state.seq === 1 + state.reused;
}

/** `stopping` after an unhandled failure, unless the run is to finish what it can; a cancellation outweighs all. */
export function phaseOf(state: RunState): Phase {
  if (state.cancelRequestedAt !== null) return 'cancelling';
  if (state.expired !== null) return 'expired';
  return isFailing(state) && state.settings.onFailure !== 'finish' ? 'stopping' : 'normal';
}

/** True if the attempt under way only waits: a session that ends takes nothing away from it. */
export function isSuspended({ state, suspendedUntil, aborting }: NodeRecord): boolean {
  return state.status === 'RUNNING' && suspendedUntil !== null && !aborting;
}

/** True once the run can no longer succeed. */
export function isFailing(state: RunState): boolean {
  return state.failures.length > 0 || state.strictFault !== null || state.expired !== null;
}
