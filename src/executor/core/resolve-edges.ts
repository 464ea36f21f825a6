import { type GraphPlan, type PlanEdge, type PlanNode, FROM_INPUT } from './compile.js';
import type { ConditionScope } from './conditions.js';
import { mappedValues, sourceValue, visibleError } from './node-input.js';
import { type NodeState, type RunState, nodeRecord, Verdict } from './run-state.js';
import type { EdgeOn } from './graph-definition.js';
import type { SkipReason } from './statuses.js';

/** Resolves every edge out of a node that has just ended. */
export function resolveOutgoing(plan: GraphPlan, state: RunState, node: PlanNode): void {
  enqueue(state, resolveEdges(plan, state, node.outgoing));
}

/**
 * Resolves every edge that comes from the run's input or from a node that had succeeded before; nodes without any edge wait
 * for no more than this either.
 */
export function resolveStart(plan: GraphPlan, state: RunState): void {
  const free = plan.nodes.filter(({ incoming }) => incoming.length === 0).map(({ index }) => index);
  const reused = state.reused === 0 ? [] : plan.nodes.filter(({ index }) => isSuccess(state, index));
  const behindReused = reused.flatMap(({ outgoing }) => resolveEdges(plan, state, outgoing));
  enqueue(state, [...free, ...resolveEdges(plan, state, plan.inputEdges), ...behindReused]);
}

function isSuccess(state: RunState, node: number): boolean {
  return nodeRecord(state, node).state.status === 'SUCCESS';
}

/** Nodes that one event made decidable come in the order of the graph, whatever the order of its edges. */
function enqueue(state: RunState, decidable: number[]): void {
  for (const index of decidable.sort((a, b) => a - b)) state.undecided.push(index);
}

/** Returns the nodes whose last open edge this was. */
function resolveEdges(plan: GraphPlan, state: RunState, edges: readonly number[]): number[] {
  const takenGroups = new Set<string>();
  const decidable: number[] = [];
  for (const index of edges) {
    const edge = plan.edges[index] as PlanEdge;
    const verdict = verdictOf(plan, state, edge, takenGroups);
    if (isTaken(verdict) && edge.definition.group !== undefined) takenGroups.add(edge.definition.group);
    state.verdicts[index] = verdict;
    const target = nodeRecord(state, edge.to);
    target.unresolved -= 1;
    if (target.unresolved === 0) decidable.push(edge.to);
  }
  return decidable;
}

export function isTaken(verdict: number | undefined): boolean {
  return verdict === Verdict.TAKEN || verdict === Verdict.TAKEN_WITHOUT_DATA;
}

function verdictOf(plan: GraphPlan, state: RunState, edge: PlanEdge, takenGroups: ReadonlySet<string>): Verdict {
  if (edge.from === FROM_INPUT) return conditionVerdict(state, edge, takenGroups);
  const source = nodeRecord(state, edge.from).state;
  switch (source.status) {
    case 'SUCCESS':
      return edge.definition.on === 'failure' ? Verdict.COND_FALSE : conditionVerdict(state, edge, takenGroups);
    case 'FAILED':
      if (edge.definition.on !== 'success') return conditionVerdict(state, edge, takenGroups);
      return optionalVerdict(plan, edge);
    case 'SKIPPED':
      return verdictAfterSkip(source.reason);
    default:
      return state.cancelRequestedAt !== null ? Verdict.RUN_CANCELLED : Verdict.RUN_FAILING;
  }
}

/** A plain success edge out of an optional node that failed counts as taken if its target can do without the data. */
function optionalVerdict(plan: GraphPlan, edge: PlanEdge): Verdict {
  const { optional } = (plan.nodes[edge.from] as PlanNode).definition;
  const isPlain = edge.condition === undefined && edge.definition.group === undefined;
  if (!optional || !isPlain) return Verdict.UPSTREAM_FAILED;
  const { contract, definition } = plan.nodes[edge.to] as PlanNode;
  const hasDefault = (key: string): boolean =>
    contract.input.defaulted.has(key) || contract.params.defaulted.has(key) || Object.hasOwn(definition.params, key);
  return edge.map.every(({ key }) => hasDefault(key)) ? Verdict.TAKEN_WITHOUT_DATA : Verdict.MISSING_INPUT;
}

function verdictAfterSkip(reason: SkipReason): Verdict {
  switch (reason) {
    case 'run_cancelled':
      return Verdict.RUN_CANCELLED;
    case 'upstream_failed':
      return Verdict.UPSTREAM_FAILED;
    case 'run_failing':
      return Verdict.RUN_FAILING;
    default:
      return Verdict.UPSTREAM_SKIPPED;
  }
}

function conditionVerdict(state: RunState, edge: PlanEdge, takenGroups: ReadonlySet<string>): Verdict {
  if (edge.definition.group !== undefined && takenGroups.has(edge.definition.group)) return Verdict.COND_FALSE;
  if (edge.condition === undefined) return Verdict.TAKEN;
  const result = edge.condition.evaluate(conditionScope(state, edge));
  switch (result.verdict) {
    case 'true':
      return Verdict.TAKEN;
    case 'false':
      return Verdict.COND_FALSE;
    case 'error': {
      const fault = { edge: edge.index, message: result.message };
      state.conditionFaults.push(fault);
      if (state.settings.strictConditions) state.strictFault ??= fault;
      return Verdict.COND_ERROR;
    }
  }
}

/** What the condition of an edge sees whose source has ended. */
export function conditionScope(state: RunState, edge: PlanEdge): ConditionScope {
  const output = sourceValue(state, edge);
  const source: NodeState | undefined = edge.from === FROM_INPUT ? undefined : nodeRecord(state, edge.from).state;
  return {
    output,
    input: state.input,
    mapped: mappedValues(edge, output),
    error: source?.status === 'FAILED' ? visibleError(source.error) : undefined,
  };
}

/** True if a FAILED node's failure led somewhere: one of its `failure` or `done` edges was taken. */
export function hasTakenFailureEdge(plan: GraphPlan, state: RunState, node: PlanNode): boolean {
  const handles: readonly EdgeOn[] = ['failure', 'done'];
  return node.outgoing.some(
    (index) => isTaken(state.verdicts[index]) && handles.includes((plan.edges[index] as PlanEdge).definition.on),
  );
}
