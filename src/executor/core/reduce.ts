import { clockDeadline } from './clock-deadline.js';
import type { GraphPlan, PlanNode } from './compile.js';
import { CorruptJournalError } from './errors.js';
import { type EpochMs, epochMs } from './ids.js';
import { progressOf } from './progress.js';
import { hasTakenFailureEdge, resolveStart, resolveOutgoing } from './resolve-edges.js';
import type {
  NodeEvent,
  NodeFailed,
  NodeReused,
  NodeSkipped,
  RunEvent,
  RunLevelEvent,
  RunQueued,
} from './run-event.js';
import { type NodeRecord, type NodeState, type RunState, isFailing, nodeRecord, phaseOf } from './run-state.js';
import { type NodeStatus, type RunStatus, isTerminalRun } from './statuses.js';

/** `data.code` of the engine's own `node.log` that says a condition could not be evaluated. */
export const CONDITION_ERROR_CODE = 'cond_error';

/** `data.code` of the engine's own `node.log` that says an attempt waits, and until when. */
export const SUSPENDED_CODE = 'suspended';

/** Which events may follow each status of a node. A new status does not compile until it has a row. */
const NODE_FOLLOWS = {
  PENDING: ['node.reused', 'node.started', 'node.failed', 'node.skipped'],
  RUNNING: [
    'node.log',
    'node.progress',
    'node.retrying',
    'node.interrupted',
    'node.succeeded',
    'node.failed',
    'node.cancelled',
  ],
  RETRYING: ['node.started', 'node.failed', 'node.cancelled'],
  SUCCESS: [],
  FAILED: [],
  SKIPPED: [],
  CANCELLED: [],
} as const satisfies Record<NodeStatus, readonly NodeEvent['type'][]>;

/** Which run-level events may follow each status of a run. */
const RUN_FOLLOWS = {
  PENDING: ['run.started', 'run.recovered', 'run.cancel_requested', 'run.failed', 'run.cancelled'],
  RUNNING: ['run.recovered', 'run.cancel_requested', 'run.succeeded', 'run.failed', 'run.cancelled'],
  SUCCESS: [],
  FAILED: [],
  CANCELLED: [],
} as const satisfies Record<RunStatus, readonly RunLevelEvent['type'][]>;

/**
 * Folds one event into a run, in place. Living through a run and replaying its journal both go through here, so both end
 * in the same state.
 *
 * @throws {CorruptJournalError} if `event` cannot follow what was folded before it.
 */
export function reduce(plan: GraphPlan, state: RunState, event: RunEvent): void {
  state.seq += 1;
  state.lastTs = event.ts;
  if ('nodeId' in event) reduceNodeEvent(plan, state, event);
  else reduceRunEvent(plan, state, event);
  const isToAbort = state.settings.onFailure === 'cancel' && state.abortDeadline === null;
  if (isToAbort && phaseOf(state) === 'stopping') {
    abortAttempts(plan, state, event.ts, ({ definition }) => definition.join !== 'settled');
  }
}

function reduceRunEvent(plan: GraphPlan, state: RunState, event: RunLevelEvent): void {
  if (event.type === 'run.queued') {
    if (state.seq !== 1) throw new CorruptJournalError(`run.queued stands at seq ${state.seq}, not first`);
    queueRun(state, event);
    return;
  }
  const allowed: readonly string[] = RUN_FOLLOWS[state.status];
  if (state.seq === 1 || !allowed.includes(event.type)) throw impossible(event.type, state.status, state.seq);
  switch (event.type) {
    case 'run.started':
      state.status = 'RUNNING';
      state.startedAt = event.ts;
      resolveStart(plan, state);
      return;
    case 'run.recovered':
      state.epoch = event.epoch;
      return;
    case 'run.cancel_requested':
      state.cancelRequestedAt = event.ts;
      abortAttempts(plan, state, event.ts, (node) => !node.definition.alwaysOnCancel);
      return;
    case 'run.succeeded':
      state.warnings = event.warnings;
      state.progress = 100;
      endRun(state, 'SUCCESS', event.ts);
      return;
    case 'run.failed':
      state.error = event.error;
      endRun(state, 'FAILED', event.ts);
      return;
    case 'run.cancelled':
      endRun(state, 'CANCELLED', event.ts);
      return;
  }
}

function queueRun(state: RunState, event: RunQueued): void {
  const { settings, input, ts, retry } = event;
  state.queued = event;
  state.settings = settings;
  state.input = input;
  state.createdAt = ts;
  if (retry === undefined) return;
  state.rootRunId = retry.rootRunId;
  state.skips = new Set(retry.skip);
}

function endRun(state: RunState, status: RunStatus, at: EpochMs): void {
  state.status = status;
  state.finishedAt = at;
}

function reduceNodeEvent(plan: GraphPlan, state: RunState, event: NodeEvent): void {
  const index = plan.indexOf.get(event.nodeId);
  if (index === undefined) throw new CorruptJournalError(`${event.type} names the unknown node "${event.nodeId}"`);
  if (state.seq === 1 || isTerminalRun(state.status)) throw impossible(event.type, state.status, state.seq);
  const node = plan.nodes[index] as PlanNode;
  const record = nodeRecord(state, index);
  if (event.type === 'node.log' && event.attempt === 0) {
    if (event.data?.['code'] === CONDITION_ERROR_CODE) state.conditionFaults.shift();
    if (event.data?.['code'] === SUSPENDED_CODE) record.suspendedUntil = epochMs(Number(event.data['until']));
    return;
  }
  const allowed: readonly string[] = NODE_FOLLOWS[record.state.status];
  if (!allowed.includes(event.type)) throw impossible(event.type, `${event.nodeId} ${record.state.status}`, state.seq);
  switch (event.type) {
    case 'node.reused':
      reuseNode(plan, state, record, event);
      return;
    case 'node.log':
    case 'node.progress':
      return;
    case 'node.started':
      startAttempt(state, node, record, event.ts);
      return;
    case 'node.retrying':
      waitForRetry(state, node, record, { status: 'RETRYING', dueAt: event.dueAt, error: event.error });
      return;
    case 'node.interrupted':
      record.interruptions += 1;
      if (event.cause === 'crash') record.crashes += 1;
      waitForRetry(state, node, record, { status: 'RETRYING', dueAt: event.ts });
      return;
    case 'node.succeeded':
      endNode(plan, state, node, { status: 'SUCCESS', output: event.output, ref: event.ref }, event.ts);
      return;
    case 'node.failed':
      failNode(plan, state, node, event);
      return;
    case 'node.skipped':
      // Nothing failed, yet the node lost its chance: a clock ended the run, and this is all that the journal says of it.
      if (event.reason === 'run_failing' && !isFailing(state))
        state.expired = state.startedAt === null ? 'queue' : 'run';
      endNode(plan, state, node, skippedState(event), event.ts);
      return;
    case 'node.cancelled':
      endNode(plan, state, node, { status: 'CANCELLED' }, event.ts);
      return;
  }
}

/** Its edges resolve when the run starts, as those from the run's input do: nothing is decided in the queue. */
function reuseNode(plan: GraphPlan, state: RunState, record: NodeRecord, event: NodeReused): void {
  if (state.seq !== state.reused + 2) throw impossible(event.type, state.status, state.seq);
  state.reused += 1;
  const { output, ref, fromRun: reusedFrom } = event;
  closeNode(plan, state, record, { status: 'SUCCESS', output, ref, reusedFrom }, event.ts);
}

function startAttempt(state: RunState, node: PlanNode, record: NodeRecord, at: EpochMs): void {
  record.state = { status: 'RUNNING' };
  record.attempts += 1;
  record.attemptStartedAt = at;
  record.suspendedUntil = null;
  state.retrying.delete(node.index);
  state.running.add(node.index);
  state.admitted.delete(node.index);
  if (record.startedAt !== null) return;
  record.startedAt = at;
  const { totalSec } = node.definition.retry;
  if (totalSec === undefined) return;
  state.deadlines.push({ at: epochMs(at + totalSec * 1_000), kind: 'total', node: node.index, attempt: 0 });
}

function waitForRetry(
  state: RunState,
  node: PlanNode,
  record: NodeRecord,
  waiting: NodeState & { readonly status: 'RETRYING' },
): void {
  record.state = waiting;
  state.running.delete(node.index);
  state.retrying.add(node.index);
  state.deadlines.push({ at: waiting.dueAt, kind: 'retry', node: node.index, attempt: record.attempts });
}

function failNode(plan: GraphPlan, state: RunState, node: PlanNode, event: NodeFailed): void {
  const { error } = event;
  if (isRunTimeout(state, event)) state.expired = 'run';
  endNode(plan, state, node, { status: 'FAILED', error, handled: node.definition.optional }, event.ts);
  if (node.definition.optional) return;
  if (hasTakenFailureEdge(plan, state, node)) {
    nodeRecord(state, node.index).state = { status: 'FAILED', error, handled: true };
    return;
  }
  state.failures.push(node.index);
}

/** An agent may hand on the time-out of another run, which looks the same: the clock tells them apart. */
function isRunTimeout(state: RunState, { error, ts }: NodeFailed): boolean {
  const clock = clockDeadline(state);
  return error.type === 'TimeoutError' && error.details?.['kind'] === 'run' && clock !== null && ts >= clock;
}

/** What a node is once it was skipped. */
export function skippedState(event: Pick<NodeSkipped, 'nodeId' | 'reason' | 'causes'>): NodeState {
  const root = event.causes[0]?.root ?? event.nodeId;
  return { status: 'SKIPPED', reason: event.reason, causes: event.causes, root };
}

function endNode(plan: GraphPlan, state: RunState, node: PlanNode, ended: NodeState, at: EpochMs): void {
  const record = nodeRecord(state, node.index);
  record.aborting = false;
  state.running.delete(node.index);
  state.retrying.delete(node.index);
  closeNode(plan, state, record, ended, at);
  resolveOutgoing(plan, state, node);
}

function closeNode(plan: GraphPlan, state: RunState, record: NodeRecord, ended: NodeState, at: EpochMs): void {
  record.state = ended;
  record.finishedAt = at;
  state.ended += 1;
  state.progress = progressOf(state.ended, plan.nodes.length);
}

function abortAttempts(plan: GraphPlan, state: RunState, at: EpochMs, concerns: (node: PlanNode) => boolean): void {
  for (const index of state.running) {
    if (concerns(plan.nodes[index] as PlanNode)) nodeRecord(state, index).aborting = true;
  }
  state.abortDeadline = epochMs(at + state.settings.cancelGraceSec * 1_000);
}

function impossible(type: string, status: string, seq: number): CorruptJournalError {
  return new CorruptJournalError(`${type} at seq ${seq} cannot follow ${status}`);
}
