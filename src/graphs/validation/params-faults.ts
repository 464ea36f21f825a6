import { type JsonObject, jsonPointer, overlay } from '../../executor/core/index.js';
import type { GraphSpec } from '../../executor/index.js';
import type { GraphFault } from './graph-fault.js';

/** Params, by node id, that a run says differently from its graph: whole keys are replaced. */
export type ParamsByNode = Readonly<Record<string, JsonObject>>;

/** The graph with those params in the place of its own. */
export function specWithParams(spec: GraphSpec, params: ParamsByNode): GraphSpec {
  const nodes = spec.nodes.map((node) =>
    Object.hasOwn(params, node.id) ? { ...node, params: overlay(node.params ?? {}, params[node.id] ?? {}) } : node,
  );
  return { ...spec, nodes };
}

/** Of the faults of such a graph, those that the params brought in; pointers start at the params by node. */
export function paramsFaults(faults: readonly GraphFault[], { nodes }: GraphSpec, params: ParamsByNode): GraphFault[] {
  const places = nodes.flatMap(({ id }, index) =>
    Object.hasOwn(params, id) ? [{ inGraph: jsonPointer(['nodes', index, 'params']), own: jsonPointer([id]) }] : [],
  );
  return faults.flatMap((fault) => {
    const place = places.find(({ inGraph }) => fault.pointer === inGraph || fault.pointer.startsWith(`${inGraph}/`));
    return place === undefined ? [] : [{ ...fault, pointer: place.own + fault.pointer.slice(place.inGraph.length) }];
  });
}
