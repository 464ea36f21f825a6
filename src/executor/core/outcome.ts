import type { GraphPlan, PlanEdge, PlanNode } from './compile.js';
import type { NodeError, RunError } from './errors.js';
import { INPUT_SOURCE } from './graph-definition.js';
import type { Json, JsonObject } from './json.js';
import type { OutputRef } from './output-ref.js';
import { setOwn } from './plain-object.js';
import { isTaken } from './resolve-edges.js';
import { type NodeState, type RunState, nodeRecord } from './run-state.js';

type FailedState = Extract<NodeState, { readonly status: 'FAILED' }>;

/** The warning of a run that succeeded although none of its sinks did. */
export const NO_SINK_REACHED = 'no_sink_reached';

/** What a run that ended made. */
export interface RunResult {
  /** Output of each sink that succeeded, by node id; of every node that succeeded when the graph names no sinks. */
  readonly outputs: JsonObject;
  /** Where outputs are kept that are not in the journal: null holds their places in `outputs`. Absent when all are there. */
  readonly refs?: Readonly<Record<string, OutputRef>>;
  readonly sinks: readonly string[];
  readonly summary: { readonly succeeded: number; readonly failedHandled: number; readonly skipped: number };
}

/** The result of a run whose nodes have all ended. */
export function resultOf(plan: GraphPlan, state: RunState): RunResult {
  const outputs: Record<string, Json> = {};
  const refs: Record<string, OutputRef> = {};
  const isSink = sinkTest(plan);
  let succeeded = 0;
  let failedHandled = 0;
  let skipped = 0;
  for (const { index, definition } of plan.nodes) {
    const node = nodeRecord(state, index).state;
    if (node.status === 'SUCCESS') {
      succeeded += 1;
      if (!isSink(definition.id)) continue;
      setOwn(outputs, definition.id, node.ref === undefined ? node.output : null);
      if (node.ref !== undefined) setOwn(refs, definition.id, node.ref);
    } else if (node.status === 'FAILED') failedHandled += Number(node.handled);
    else skipped += 1;
  }
  const summary = { succeeded, failedHandled, skipped };
  return { outputs, ...(Object.keys(refs).length === 0 ? {} : { refs }), sinks: sinksOf(plan), summary };
}

function sinksOf(plan: GraphPlan): readonly string[] {
  return plan.definition.sinks ?? [];
}

function sinkTest(plan: GraphPlan): (id: string) => boolean {
  const { sinks } = plan.definition;
  if (sinks === undefined) return () => true;
  const ids = new Set(sinks);
  return (id) => ids.has(id);
}

/** True if the graph names sinks and none of them succeeded. */
export function isNoSinkReached(plan: GraphPlan, state: RunState): boolean {
  const sinks = sinksOf(plan);
  return (
    sinks.length > 0 &&
    !sinks.some((id) => nodeRecord(state, plan.indexOf.get(id) as number).state.status === 'SUCCESS')
  );
}

/** Why the run failed; undefined if it did not. */
export function runErrorOf(plan: GraphPlan, state: RunState): RunError | undefined {
  if (state.expired !== null) return expiryError(state, state.expired);
  const [failed] = state.failures;
  if (failed !== undefined) return nodeFailureError(plan, state, failed);
  if (state.strictFault !== null) return conditionFaultError(plan, state.strictFault);
  if (state.settings.requireSink && isNoSinkReached(plan, state)) {
    const message = `none of the sinks succeeded: ${sinksOf(plan).join(', ')}`;
    return { type: 'NoSinkReached', message, retryable: false, attempts: 0 };
  }
  return undefined;
}

function expiryError(state: RunState, kind: 'run' | 'queue'): RunError {
  const { timeoutSec, expireIfNotStartedSec } = state.settings;
  const message =
    kind === 'run'
      ? `the run took longer than its timeout_sec of ${String(timeoutSec)}`
      : `the run was not started within its expire_if_not_started_sec of ${String(expireIfNotStartedSec)}`;
  return { type: 'TimeoutError', message, retryable: false, attempts: 0, details: { kind } };
}

function conditionFaultError(plan: GraphPlan, fault: { readonly edge: number; readonly message: string }): RunError {
  const { from, to } = (plan.edges[fault.edge] as PlanEdge).definition;
  const message = `the condition of the edge ${from} -> ${to} could not be evaluated: ${fault.message}`;
  const blame = from === INPUT_SOURCE ? {} : { nodeId: from };
  return { type: 'ConditionError', message, retryable: false, attempts: 0, details: { from, to }, ...blame };
}

function nodeFailureError(plan: GraphPlan, state: RunState, failed: number): RunError {
  const { id } = (plan.nodes[failed] as PlanNode).definition;
  const error = errorOf(state, failed);
  const first = firstCause(plan, state, failed);
  const firstId = (plan.nodes[first] as PlanNode).definition.id;
  return {
    type: error.type,
    message: `node "${id}" failed: ${error.message}`,
    retryable: error.retryable,
    attempts: error.attempts,
    nodeId: id,
    error,
    ...(first === failed ? {} : { firstCause: { nodeId: firstId, error: errorOf(state, first) } }),
  };
}

/** Walks from a handler that failed back to the failure it handled, and on while that was a handler too. */
function firstCause(plan: GraphPlan, state: RunState, failed: number): number {
  let current = failed;
  for (;;) {
    const handled = (plan.nodes[current] as PlanNode).incoming
      .map((index) => plan.edges[index] as PlanEdge)
      .find((edge) => isFailureTaken(state, edge));
    if (handled === undefined) return current;
    current = handled.from;
  }
}

function isFailureTaken(state: RunState, edge: PlanEdge): boolean {
  if (edge.definition.on === 'success' || !isTaken(state.verdicts[edge.index])) return false;
  return state.nodes[edge.from]?.state.status === 'FAILED';
}

/** The error of a node that is known to have failed. */
function errorOf(state: RunState, node: number): NodeError {
  return (nodeRecord(state, node).state as FailedState).error;
}
