import { type CompiledExpression, type ExpressionCompiler } from './expressions.js';
import { type AgentContract } from './contract.js';
import { type EdgeCondition, compileEdgeCondition } from './conditions.js';
import { CyclicGraphError } from './errors.js';
import { type EdgeDefinition, type GraphDefinition, type NodeDefinition, INPUT_SOURCE } from './graph-definition.js';
import type { JsonObject } from './json.js';
import { parsePath } from './paths.js';
import { overlay } from './plain-object.js';
import { type CompiledParams, compileTemplates } from './templates.js';

export interface PlanNode {
  readonly index: number;
  readonly definition: NodeDefinition;
  readonly contract: AgentContract;
  readonly params: CompiledParams;
  readonly retryOn?: CompiledExpression;
  /** Indexes of edges into it and out of it, in spec order. */
  readonly incoming: readonly number[];
  readonly outgoing: readonly number[];
  /** At least one edge into it comes from a node: only those count for an `any` join. */
  readonly hasNodeSource: boolean;
}

export interface PlanEdge {
  readonly index: number;
  /** Index of the source node; `FROM_INPUT` for `$input`. */
  readonly from: number;
  readonly to: number;
  readonly definition: EdgeDefinition;
  readonly map: readonly { readonly key: string; readonly path: readonly string[] }[];
  readonly condition?: EdgeCondition;
}

/** A graph ready to run. Immutable and shared by all runs of one graph version. */
export interface GraphPlan {
  readonly definition: GraphDefinition;
  readonly nodes: readonly PlanNode[];
  readonly edges: readonly PlanEdge[];
  readonly indexOf: ReadonlyMap<string, number>;
  /** Edges whose source is the run's input. */
  readonly inputEdges: readonly number[];
  /** Node indexes, every source before its targets. */
  readonly topological: readonly number[];
}

export const FROM_INPUT = -1;

export interface CompileOptions {
  readonly contractOf: (agentType: string) => AgentContract;
  readonly expressions: ExpressionCompiler;
}

/** An edge names a node that the graph does not have. */
export class UnknownNodeError extends Error {
  override readonly name = 'UnknownNodeError';
}

/**
 * Turns a definition into a plan. Linear in nodes and edges, without recursion.
 *
 * @throws {CyclicGraphError} naming the cycle.
 * @throws {UnknownNodeError} if an edge names an unknown node.
 * @throws {ExpressionSyntaxError} if a condition or template does not parse.
 */
export function compile(definition: GraphDefinition, { contractOf, expressions }: CompileOptions): GraphPlan {
  const indexOf = new Map(definition.nodes.map((node, index) => [node.id, index]));
  const indexOrFail = (id: string): number => {
    const index = indexOf.get(id);
    if (index === undefined) throw new UnknownNodeError(`an edge names the unknown node "${id}"`);
    return index;
  };
  const edges = definition.edges.map((edge, index): PlanEdge => ({
    index,
    from: edge.from === INPUT_SOURCE ? FROM_INPUT : indexOrFail(edge.from),
    to: indexOrFail(edge.to),
    definition: edge,
    map: edge.map.map(([key, path]) => ({ key, path: parsePath(path) })),
    condition: edge.cond === undefined ? undefined : compileEdgeCondition(edge.cond, expressions),
  }));
  const incoming: number[][] = definition.nodes.map(() => []);
  const outgoing: number[][] = definition.nodes.map(() => []);
  const inputEdges: number[] = [];
  for (const edge of edges) {
    incoming[edge.to]?.push(edge.index);
    if (edge.from === FROM_INPUT) inputEdges.push(edge.index);
    else outgoing[edge.from]?.push(edge.index);
  }
  const nodes = definition.nodes.map((node, index): PlanNode => {
    const into = incoming[index] as number[];
    return {
      index,
      definition: node,
      contract: contractOf(node.type),
      params: compileTemplates(node.params, expressions),
      retryOn: node.retry.on === undefined ? undefined : expressions.compile(node.retry.on),
      incoming: into,
      outgoing: outgoing[index] as number[],
      hasNodeSource: into.some((edge) => (edges[edge] as PlanEdge).from !== FROM_INPUT),
    };
  });
  return { definition, nodes, edges, indexOf, inputEdges, topological: sortTopologically(nodes, edges) };
}

/**
 * The plan of a run that says some params differently from its graph: whole keys are replaced. All else is shared.
 *
 * @throws {ExpressionSyntaxError} if a template does not parse.
 */
export function withParams(
  plan: GraphPlan,
  params: Readonly<Record<string, JsonObject>>,
  expressions: ExpressionCompiler,
): GraphPlan {
  if (Object.keys(params).length === 0) return plan;
  const nodes = plan.nodes.map((node): PlanNode => {
    const { definition } = node;
    if (!Object.hasOwn(params, definition.id)) return node;
    const own = overlay(definition.params, params[definition.id] as JsonObject);
    return { ...node, definition: { ...definition, params: own }, params: compileTemplates(own, expressions) };
  });
  return { ...plan, definition: { ...plan.definition, nodes: nodes.map(({ definition }) => definition) }, nodes };
}

/** Kahn's algorithm (Communications of the ACM 5(11), 1962); what it cannot remove contains a cycle. */
function sortTopologically(nodes: readonly PlanNode[], edges: readonly PlanEdge[]): number[] {
  const waitingFor = nodes.map(() => 0);
  const targetsOf = (node: number): number[] =>
    (nodes[node] as PlanNode).outgoing.map((edge) => (edges[edge] as PlanEdge).to);
  for (const edge of edges) if (edge.from !== FROM_INPUT) waitingFor[edge.to] = (waitingFor[edge.to] as number) + 1;
  const order = nodes.filter((node) => waitingFor[node.index] === 0).map((node) => node.index);
  for (let next = 0; next < order.length; next++) {
    for (const target of targetsOf(order[next] as number)) {
      const left = (waitingFor[target] as number) - 1;
      waitingFor[target] = left;
      if (left === 0) order.push(target);
    }
  }
  if (order.length < nodes.length) throw new CyclicGraphError(findCycle(nodes, edges, new Set(order)));
  return order;
}

/** Every node that is left has a source that is left: walking backwards must come around. */
function findCycle(nodes: readonly PlanNode[], edges: readonly PlanEdge[], sorted: ReadonlySet<number>): string[] {
  const path: number[] = [];
  const position = new Map<number, number>();
  let current = nodes.findIndex((node) => !sorted.has(node.index));
  while (!position.has(current)) {
    position.set(current, path.length);
    path.push(current);
    const sources = (nodes[current] as PlanNode).incoming.map((edge) => (edges[edge] as PlanEdge).from);
    current = sources.find((source) => source !== FROM_INPUT && !sorted.has(source)) as number;
  }
  const cycle = path.slice(position.get(current)).reverse();
  return [...cycle, cycle[0] as number].map((index) => (nodes[index] as PlanNode).definition.id);
}
