import {
  type GraphPlan,
  type Json,
  type JsonObject,
  type PlanNode,
  type ResolvedParams,
  type RunId,
  type RunState,
  epochMs,
  gatherInput,
  nodeRecord,
  overlay,
  setOwn,
  upstreamOutcomes,
} from '../core/index.js';
import type { Invocation } from '../invoker/index.js';

/** The attempt that a node is to make now, or why its params cannot be worked out. */
export type PreparedInvocation =
  { readonly ok: true; readonly invocation: Invocation } | { readonly ok: false; readonly message: string };

export interface PrepareOptions {
  readonly runId: RunId;
  readonly plan: GraphPlan;
  readonly state: RunState;
  readonly node: PlanNode;
  /** Environment variables that templates may read. */
  readonly env: Readonly<Record<string, string>>;
}

/** Puts together what an attempt of `node` gets: mapped input, params with templates resolved, clocks. */
export function prepareInvocation(options: PrepareOptions): PreparedInvocation {
  const { runId, plan, state, node } = options;
  const { definition, contract } = node;
  const resolved = resolveParams(options);
  if (!resolved.ok) return { ok: false, message: `the template at params${resolved.pointer}: ${resolved.message}` };
  const gathered = gatherInput(plan, state, node);
  const record = nodeRecord(state, node.index);
  const invocation: Invocation = {
    runId,
    nodeId: definition.id,
    agentType: definition.type,
    attempt: record.attempts,
    firstStartedAt: record.startedAt ?? epochMs(0),
    idempotencyKey: `${runId}:${definition.id}`,
    params: overlay(resolved.params, gathered.params),
    input: gathered.input,
    upstream: definition.join === 'settled' ? upstreamOutcomes(plan, state, node) : undefined,
    timeoutSec:
      definition.timeoutSec ??
      (contract.timeoutSec === undefined ? state.settings.defaultTimeoutSec : contract.timeoutSec),
    idleTimeoutSec: definition.idleTimeoutSec,
  };
  return { ok: true, invocation };
}

function resolveParams({ runId, plan, state, node, env }: PrepareOptions): ResolvedParams {
  if (node.params.isStatic) return { ok: true, params: node.definition.params };
  const nodes: Record<string, { readonly output: Json }> = {};
  for (const id of node.params.nodeIds) {
    const index = plan.indexOf.get(id);
    const source = index === undefined ? undefined : nodeRecord(state, index).state;
    if (source?.status === 'SUCCESS') setOwn(nodes as Record<string, JsonObject>, id, { output: source.output });
  }
  return node.params.resolve({ input: state.input, nodes, env, run: { id: runId } });
}
