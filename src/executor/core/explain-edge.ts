import { type GraphPlan, type PlanEdge, type PlanNode, FROM_INPUT } from './compile.js';
import { type EdgeOn, INPUT_SOURCE } from './graph-definition.js';
import { REASON_OF } from './join.js';
import { lookup } from './paths.js';
import { sourceValue } from './node-input.js';
import { conditionScope, isTaken } from './resolve-edges.js';
import { type NodeState, type RunState, nodeRecord, Verdict } from './run-state.js';
import type { NodeStatus, SkipReason } from './statuses.js';
import { type ConditionExplanation, explainCondition } from './explain-condition.js';

export const EDGE_VERDICTS = ['taken', 'taken_without_data', 'not_taken', 'unresolved'] as const;
export type EdgeVerdict = (typeof EDGE_VERDICTS)[number];

/** One incoming edge: how it resolved, and why. */
export interface EdgeExplanation {
  /** `$input` for the run's input. */
  readonly from: string;
  /** Null for `$input`. */
  readonly fromStatus: NodeStatus | null;
  readonly on: EdgeOn;
  readonly group: string | null;
  readonly verdict: EdgeVerdict;
  /** Why it was not taken; null when it was, or has not resolved. */
  readonly reason: SkipReason | null;
  /** One sentence. */
  readonly summary: string;
  readonly condition: ConditionExplanation | null;
  /** What it maps, and whether the path led somewhere; empty unless it was taken. */
  readonly mapped: readonly { readonly key: string; readonly path: string; readonly found: boolean }[];
}

type Ended = Extract<NodeState, { readonly status: 'SUCCESS' | 'FAILED' }>;

/** Explains one edge from the state alone. */
export function explainEdge(plan: GraphPlan, state: RunState, edge: PlanEdge): EdgeExplanation {
  const { definition } = edge;
  const source = edge.from === FROM_INPUT ? undefined : nodeRecord(state, edge.from).state;
  const verdict = verdictOf(state, edge);
  const isLost = isGroupTaken(plan, state, edge);
  const isOpen = verdict === 'unresolved' || isLost || !carries(source, definition.on);
  const condition = explainCondition(edge, isOpen ? undefined : conditionScope(state, edge));
  return {
    from: edge.from === FROM_INPUT ? INPUT_SOURCE : idOf(plan, edge.from),
    fromStatus: source?.status ?? null,
    on: definition.on,
    group: definition.group ?? null,
    verdict,
    reason: verdict === 'not_taken' ? (REASON_OF[state.verdicts[edge.index] as number] as SkipReason) : null,
    summary: summarise({ plan, state, edge, source, condition, isLost }),
    condition,
    mapped: verdict === 'taken' ? mappedOf(state, edge) : [],
  };
}

function verdictOf(state: RunState, edge: PlanEdge): EdgeVerdict {
  switch (state.verdicts[edge.index]) {
    case Verdict.UNRESOLVED:
      return 'unresolved';
    case Verdict.TAKEN:
      return 'taken';
    case Verdict.TAKEN_WITHOUT_DATA:
      return 'taken_without_data';
    default:
      return 'not_taken';
  }
}

/** True if the edge is one for how its source ended. */
function carries(source: NodeState | undefined, on: EdgeOn): boolean {
  if (source === undefined) return true;
  if (source.status === 'SUCCESS') return on !== 'failure';
  return source.status === 'FAILED' && on !== 'success';
}

/** True if an earlier edge of its group was taken in its stead. */
function isGroupTaken(plan: GraphPlan, state: RunState, edge: PlanEdge): boolean {
  const { group } = edge.definition;
  if (group === undefined) return false;
  const siblings = edge.from === FROM_INPUT ? plan.inputEdges : (plan.nodes[edge.from] as PlanNode).outgoing;
  return siblings.some(
    (index) =>
      index < edge.index &&
      (plan.edges[index] as PlanEdge).definition.group === group &&
      isTaken(state.verdicts[index]),
  );
}

function mappedOf(state: RunState, edge: PlanEdge): EdgeExplanation['mapped'] {
  const value = sourceValue(state, edge);
  return edge.map.map(({ key, path }) => ({ key, path: path.join('.'), found: lookup(value, path).found }));
}

interface EdgeFacts {
  readonly plan: GraphPlan;
  readonly state: RunState;
  readonly edge: PlanEdge;
  readonly source: NodeState | undefined;
  readonly condition: ConditionExplanation | null;
  readonly isLost: boolean;
}

function summarise({ plan, state, edge, source, condition, isLost }: EdgeFacts): string {
  const from = edge.from === FROM_INPUT ? "the run's input" : idOf(plan, edge.from);
  switch (state.verdicts[edge.index]) {
    case Verdict.UNRESOLVED:
      return edge.from === FROM_INPUT ? 'waits for the run to start' : `waits for ${from} to end`;
    case Verdict.TAKEN:
      return condition === null ? 'taken' : 'taken: its condition holds';
    case Verdict.TAKEN_WITHOUT_DATA:
      return `taken without data: ${from} failed, is optional, and nothing of it is needed`;
    case Verdict.MISSING_INPUT:
      return `not taken: ${from} failed, is optional, and what this edge maps has no default`;
    case Verdict.COND_ERROR:
      return `not taken: its condition could not be evaluated: ${String(condition?.error)}`;
    case Verdict.UPSTREAM_FAILED:
      return source?.status === 'FAILED'
        ? `not taken: ${from} failed`
        : `not taken: ${from} was skipped after a failure`;
    case Verdict.UPSTREAM_SKIPPED:
      return `not taken: ${from} was skipped`;
    case Verdict.RUN_CANCELLED:
      return 'not taken: the run is being cancelled';
    case Verdict.RUN_FAILING:
      return 'not taken: the run is failing and starts nothing more';
    default:
      return `not taken: ${whyFalse(edge, source as Ended | undefined, isLost)}`;
  }
}

function whyFalse({ definition }: PlanEdge, source: Ended | undefined, isLost: boolean): string {
  if (!carries(source, definition.on)) return 'its source succeeded, and it is for failures';
  if (isLost) return `an earlier edge of the group "${String(definition.group)}" was taken`;
  return 'its condition does not hold';
}

function idOf(plan: GraphPlan, node: number): string {
  return (plan.nodes[node] as PlanNode).definition.id;
}
