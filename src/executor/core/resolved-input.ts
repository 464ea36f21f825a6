import type { GraphPlan, PlanNode } from './compile.js';
import type { RunId } from './ids.js';
import type { Json, JsonObject } from './json.js';
import { gatherInput } from './node-input.js';
import { overlay, setOwn } from './plain-object.js';
import { type RunState, nodeRecord } from './run-state.js';
import type { ResolvedParams } from './templates.js';

/** What an attempt is given, or why its params cannot be worked out; `pointer` leads into the params. */
export type ResolvedInput =
  | { readonly ok: true; readonly input: JsonObject; readonly params: JsonObject }
  | { readonly ok: false; readonly pointer: string; readonly message: string };

export interface ResolveOptions {
  readonly runId: RunId;
  readonly plan: GraphPlan;
  readonly state: RunState;
  readonly node: PlanNode;
  /** Environment variables that templates may read. */
  readonly env: Readonly<Record<string, string>>;
}

/** The input that edges brought, and the params with their templates filled in and overridden by what edges brought. */
export function resolveInput(options: ResolveOptions): ResolvedInput {
  const { plan, state, node } = options;
  const resolved = resolveParams(options);
  if (!resolved.ok) return resolved;
  const gathered = gatherInput(plan, state, node);
  return { ok: true, input: gathered.input, params: overlay(resolved.params, gathered.params) };
}

function resolveParams({ runId, plan, state, node, env }: ResolveOptions): ResolvedParams {
  if (node.params.isStatic) return { ok: true, params: node.definition.params };
  const nodes: Record<string, { readonly output: Json }> = {};
  for (const id of node.params.nodeIds) {
    const source = nodeRecord(state, plan.indexOf.get(id) as number).state;
    if (source.status === 'SUCCESS') setOwn(nodes as Record<string, JsonObject>, id, { output: source.output });
  }
  return node.params.resolve({ input: state.input, nodes, env, run: { id: runId } });
}
