import { type GraphPlan, type PlanEdge, type PlanNode, FROM_INPUT } from './compile.js';
import type { NodeError } from './errors.js';
import type { Json, JsonObject } from './json.js';
import { lookup } from './paths.js';
import { setOwn } from './plain-object.js';
import { type NodeState, type RunState, nodeRecord, Verdict } from './run-state.js';

type CompletedState = Extract<NodeState, { readonly status: 'SUCCESS' | 'FAILED' }>;

/** What edges brought to a node: keys of its input, and params that they override. */
export interface GatheredInput {
  readonly input: JsonObject;
  readonly params: JsonObject;
}

/** How a source of a `settled` node ended. */
export interface UpstreamOutcome {
  readonly status: string;
  readonly error?: JsonObject;
}

/** The part of an error that edges can see. */
export function visibleError(error: NodeError): JsonObject {
  return { type: error.type, message: error.message, attempts: error.attempts };
}

/**
 * What the paths of an edge lead into: the source's output, `{ error }` when it failed, the run's input for `$input`. Of no
 * use for sources that were skipped or cancelled: they take no edge.
 */
export function sourceValue(state: RunState, edge: PlanEdge): Json {
  if (edge.from === FROM_INPUT) return state.input;
  const source = nodeRecord(state, edge.from).state as CompletedState;
  return source.status === 'SUCCESS' ? source.output : { error: visibleError(source.error) };
}

/** The mapped keys of one edge; a path that leads nowhere supplies nothing. */
export function mappedValues(edge: PlanEdge, source: Json): JsonObject {
  const mapped: Record<string, Json> = {};
  for (const { key, path } of edge.map) {
    const found = lookup(source, path);
    if (found.found) setOwn(mapped, key, found.value);
  }
  return mapped;
}

/** True if a mapped key is meant for the agent's params rather than for its input. */
export function overridesParam(node: PlanNode, key: string): boolean {
  return !node.contract.input.known.has(key) && node.contract.params.known.has(key);
}

/** Collects what the taken edges carry; where two write one key, the later in spec order wins. */
export function gatherInput(plan: GraphPlan, state: RunState, node: PlanNode): GatheredInput {
  const input: Record<string, Json> = {};
  const params: Record<string, Json> = {};
  for (const index of node.incoming) {
    if (state.verdicts[index] !== Verdict.TAKEN) continue;
    const edge = plan.edges[index] as PlanEdge;
    const mapped = mappedValues(edge, sourceValue(state, edge));
    for (const key of Object.keys(mapped)) {
      setOwn(overridesParam(node, key) ? params : input, key, mapped[key] as Json);
    }
  }
  return { input, params };
}

/** Keys that the agent needs and that neither edges, params nor defaults supply. */
export function missingKeys(node: PlanNode, gathered: GatheredInput): string[] {
  const { input, params } = node.contract;
  return [
    ...[...params.required].filter(
      (key) => !Object.hasOwn(node.definition.params, key) && !Object.hasOwn(gathered.params, key),
    ),
    ...[...input.required].filter((key) => !Object.hasOwn(gathered.input, key)),
  ];
}

/** How each source of a node ended, for `$upstream`. */
export function upstreamOutcomes(plan: GraphPlan, state: RunState, node: PlanNode): Record<string, UpstreamOutcome> {
  const outcomes: Record<string, UpstreamOutcome> = {};
  for (const index of node.incoming) {
    const { from } = plan.edges[index] as PlanEdge;
    if (from === FROM_INPUT) continue;
    const source = nodeRecord(state, from).state;
    const error = source.status === 'FAILED' ? { error: visibleError(source.error) } : {};
    setOwn(outcomes, (plan.nodes[from] as PlanNode).definition.id, { status: source.status, ...error });
  }
  return outcomes;
}
