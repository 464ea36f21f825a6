import { type GraphPlan, type PlanEdge, type PlanNode, FROM_INPUT } from './compile.js';
import { INPUT_SOURCE } from './graph-definition.js';
import { isTaken } from './resolve-edges.js';
import type { SkipCause } from './run-event.js';
import { type RunState, nodeRecord, Verdict } from './run-state.js';
import { type SkipReason, SKIP_REASONS } from './statuses.js';

/** What a join makes of its edges, all of them resolved. */
export type JoinVerdict =
  | { readonly runs: true }
  | { readonly runs: false; readonly reason: SkipReason; readonly causes: readonly SkipCause[] };

const RUNS: JoinVerdict = { runs: true };

/** The reason that a verdict gives to a node it keeps from running. */
export const REASON_OF: Readonly<Record<number, SkipReason>> = {
  [Verdict.RUN_CANCELLED]: 'run_cancelled',
  [Verdict.UPSTREAM_FAILED]: 'upstream_failed',
  [Verdict.RUN_FAILING]: 'run_failing',
  [Verdict.MISSING_INPUT]: 'missing_input',
  [Verdict.UPSTREAM_SKIPPED]: 'upstream_skipped',
  [Verdict.COND_ERROR]: 'cond_error',
  [Verdict.COND_FALSE]: 'cond_false',
};

/** Decides whether the edges of a node let it run. Linear in its edges. */
export function joinVerdict(plan: GraphPlan, state: RunState, node: PlanNode): JoinVerdict {
  if (node.definition.join === 'settled') return RUNS;
  const edges = node.incoming.map((index) => plan.edges[index] as PlanEdge);
  const causes = edges.filter((edge) => !isTaken(state.verdicts[edge.index])).map((edge) => causeOf(plan, state, edge));
  if (causes.length === 0) return RUNS;
  if (node.definition.join === 'any') {
    const counting = node.hasNodeSource ? edges.filter((edge) => edge.from !== FROM_INPUT) : edges;
    const blamed = causes.map((cause) => blameUnhandledSource(plan, state, cause));
    const isBlocked = blamed.some((cause) => cause.unhandled);
    if (!isBlocked && counting.some((edge) => isTaken(state.verdicts[edge.index]))) return RUNS;
    return skipFor(blamed.map(({ cause }) => cause));
  }
  return skipFor(causes);
}

function skipFor(causes: readonly SkipCause[]): JoinVerdict {
  const reasons = new Set(causes.map((cause) => cause.reason));
  const reason = SKIP_REASONS.find((candidate) => reasons.has(candidate)) as SkipReason;
  return { runs: false, reason, causes: [...causes].sort((a, b) => rank(a.reason) - rank(b.reason)) };
}

const rank = (reason: SkipReason): number => SKIP_REASONS.indexOf(reason);

/** For an `any` join an unhandled failure of a direct source weighs more than the condition on its edge. */
function blameUnhandledSource(
  plan: GraphPlan,
  state: RunState,
  cause: SkipCause,
): { readonly cause: SkipCause; readonly unhandled: boolean } {
  const index = plan.indexOf.get(cause.from);
  const source = index === undefined ? undefined : nodeRecord(state, index).state;
  if (source?.status !== 'FAILED' || source.handled) return { cause, unhandled: false };
  return { cause: { ...cause, reason: 'upstream_failed' }, unhandled: true };
}

function causeOf(plan: GraphPlan, state: RunState, edge: PlanEdge): SkipCause {
  const reason = REASON_OF[state.verdicts[edge.index] as number] as SkipReason;
  const { on } = edge.definition;
  if (edge.from === FROM_INPUT) return { from: INPUT_SOURCE, on, reason, root: INPUT_SOURCE };
  const { id } = (plan.nodes[edge.from] as PlanNode).definition;
  const source = nodeRecord(state, edge.from).state;
  return { from: id, on, reason, root: source.status === 'SKIPPED' ? source.root : id };
}
