import { jsonPointer } from '../../executor/core/index.js';
import type { EdgeSpec, GraphSpec, NodeSpec } from '../../executor/index.js';
import { NearestHints } from '../../http/index.js';
import type { PluginRegistry } from '../../plugins/index.js';
import type { GraphFault } from './graph-fault.js';

/** What is wrong with agents, their params, and the keys that edges map to them. */
export function agentFaults(spec: GraphSpec, registry: PluginRegistry): GraphFault[] {
  const nodes = new Map(spec.nodes.map((node) => [node.id, node]));
  const mapped = mappedKeys(spec.edges);
  const hints = new NearestHints();
  return [
    ...spec.nodes.flatMap((node, index) => nodeFaults(node, index, mapped.get(node.id) ?? new Set(), registry)),
    ...spec.edges.flatMap((edge, index) => mapFaults(edge, index, { target: nodes.get(edge.to), registry, hints })),
  ];
}

function mappedKeys(edges: readonly EdgeSpec[]): Map<string, Set<string>> {
  const keys = new Map<string, Set<string>>();
  for (const { to, map = {} } of edges) {
    const known = keys.get(to) ?? new Set();
    for (const key of Object.keys(map)) known.add(key);
    keys.set(to, known);
  }
  return keys;
}

function nodeFaults(
  node: NodeSpec,
  index: number,
  allowMissing: ReadonlySet<string>,
  registry: PluginRegistry,
): GraphFault[] {
  if (registry.agent(node.type) === undefined) {
    const nearest = registry.nearestAgent(node.type);
    const hint = nearest === undefined ? '; GET /plugins/agents lists them' : `; did you mean ${nearest}?`;
    const message = `no agent of type "${node.type}" is registered${hint}`;
    return [{ pointer: jsonPointer(['nodes', index, 'type']), code: 'unknown-agent', message }];
  }
  const base = jsonPointer(['nodes', index, 'params']);
  return registry
    .checkParams(node.type, node.params ?? {}, { allowMissing })
    .map(({ pointer, message }) => ({ pointer: base + pointer, code: 'invalid-params', message }));
}

interface MapContext {
  readonly target: NodeSpec | undefined;
  readonly registry: PluginRegistry;
  readonly hints: NearestHints;
}

function mapFaults(edge: EdgeSpec, index: number, { target, registry, hints }: MapContext): GraphFault[] {
  const contract = target === undefined ? undefined : registry.contract(target.type);
  if (target === undefined || contract === undefined || contract.input.open) return [];
  const known = [...contract.input.known, ...contract.params.known];
  return Object.keys(edge.map ?? {}).flatMap((key) => {
    if (known.includes(key)) return [];
    const takes = known.length === 0 ? 'it takes none' : `it takes ${known.join(', ')}`;
    const message = `${target.type} has no input "${key}"${hints.of(key, () => known)} (${takes})`;
    return [{ pointer: jsonPointer(['edges', index, 'map', key]), code: 'unknown-input', message }];
  });
}
