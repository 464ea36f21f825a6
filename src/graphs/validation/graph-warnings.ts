import { type GraphPlan, type PlanEdge, type PlanNode, FROM_INPUT, jsonPointer } from '../../executor/core/index.js';
import type { GraphWarning } from './graph-fault.js';
import { ExclusiveEdges } from './requirements.js';
import { SureNodes } from './sure-nodes.js';

/** Names that one message lists at most. */
const MAX_NAMES = 10;

/** What a graph that can run probably does not mean. */
export function graphWarnings(plan: GraphPlan): GraphWarning[] {
  const exclusive = new ExclusiveEdges(plan);
  return [
    ...plan.nodes.flatMap((node) => [
      ...joinWarnings(node, exclusive),
      ...singleEdgeWarnings(plan, node),
      ...keyWarnings(plan, node, exclusive),
    ]),
    ...sinkWarnings(plan),
  ];
}

function joinWarnings(node: PlanNode, exclusive: ExclusiveEdges): GraphWarning[] {
  if (node.definition.join !== 'all') return [];
  const conflict = exclusive.conflictInto(node);
  if (conflict === undefined) return [];
  const [first, second] = conflict.map((edge) => edge.definition.from);
  const message = `"${node.definition.id}" waits for "${first}" and "${second}", which exclude each other: it never runs; use "join": "any"`;
  return [{ code: 'join_never_satisfied', message, pointer: jsonPointer(['nodes', node.index]) }];
}

function singleEdgeWarnings(plan: GraphPlan, node: PlanNode): GraphWarning[] {
  const { join, id } = node.definition;
  if (join !== 'any') return [];
  const fromNodes = node.incoming.filter((edge) => (plan.edges[edge] as PlanEdge).from !== FROM_INPUT);
  const counting = node.hasNodeSource ? fromNodes : node.incoming;
  if (counting.length !== 1) return [];
  const message = `"${id}" has "join": "any" and one edge that counts: there is nothing to choose from`;
  return [{ code: 'any_single_edge', message, pointer: jsonPointer(['nodes', node.index, 'join']) }];
}

function keyWarnings(plan: GraphPlan, node: PlanNode, exclusive: ExclusiveEdges): GraphWarning[] {
  const writers = new Map<string, PlanEdge>();
  return node.incoming.flatMap((index) => {
    const edge = plan.edges[index] as PlanEdge;
    return edge.map.flatMap(({ key }) => {
      const earlier = writers.get(key);
      writers.set(key, edge);
      if (earlier === undefined || exclusive.exclude(earlier, edge)) return [];
      const message = `"${key}" of "${node.definition.id}" is written by /edges/${earlier.index} too: when both are taken, this one wins`;
      return [{ code: 'key_written_twice' as const, message, pointer: jsonPointer(['edges', index, 'map', key]) }];
    });
  });
}

function sinkWarnings(plan: GraphPlan): GraphWarning[] {
  const { sinks = [] } = plan.definition;
  if (sinks.length === 0) return [];
  const warnings: GraphWarning[] = [];
  if (!new SureNodes(plan).someAlwaysRuns(sinks.map((id) => plan.indexOf.get(id) as number))) {
    const message = 'conditions can skip every sink: such a run succeeds with the warning no_sink_reached';
    warnings.push({ code: 'sinks_may_be_skipped', message, pointer: '/sinks' });
  }
  const unneeded = nodesWithoutSink(plan, sinks);
  if (unneeded.length > 0) {
    const named = unneeded.slice(0, MAX_NAMES).map((id) => `"${id}"`);
    const more = unneeded.length > MAX_NAMES ? ` and ${unneeded.length - MAX_NAMES} more` : '';
    const message = `no sink needs ${named.join(', ')}${more}: they run all the same`;
    warnings.push({ code: 'node_without_sink', message, pointer: '/sinks' });
  }
  return warnings;
}

function nodesWithoutSink(plan: GraphPlan, sinks: readonly string[]): string[] {
  const needed = new Set(sinks.map((id) => plan.indexOf.get(id) as number));
  for (const index of plan.topological.toReversed()) {
    const { outgoing } = plan.nodes[index] as PlanNode;
    if (outgoing.some((edge) => needed.has((plan.edges[edge] as PlanEdge).to))) needed.add(index);
  }
  return plan.nodes.filter(({ index }) => !needed.has(index)).map(({ definition }) => definition.id);
}
