import {
  type GraphPlan,
  type PlanNode,
  type RunId,
  type RunState,
  epochMs,
  nodeRecord,
  resolveInput,
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
  readonly clockAheadMs: number;
}

/** Puts together what an attempt of `node` gets: mapped input, params with templates resolved, clocks. */
export function prepareInvocation(options: PrepareOptions): PreparedInvocation {
  const { runId, plan, state, node, clockAheadMs } = options;
  const { definition, contract } = node;
  const resolved = resolveInput(options);
  if (!resolved.ok) return { ok: false, message: `the template at params${resolved.pointer}: ${resolved.message}` };
  const record = nodeRecord(state, node.index);
  const invocation: Invocation = {
    runId,
    nodeId: definition.id,
    agentType: definition.type,
    attempt: record.attempts,
    firstStartedAt: record.startedAt ?? epochMs(0),
    clockAheadMs,
    idempotencyKey: `${state.rootRunId ?? runId}:${definition.id}`,
    params: resolved.params,
    input: resolved.input,
    upstream: definition.join === 'settled' ? upstreamOutcomes(plan, state, node) : undefined,
    timeoutSec:
      definition.timeoutSec ??
      (contract.timeoutSec === undefined ? state.settings.defaultTimeoutSec : contract.timeoutSec),
    idleTimeoutSec: definition.idleTimeoutSec,
  };
  return { ok: true, invocation };
}
