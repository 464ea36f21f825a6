import { INPUT_SOURCE, isJsonObject, jsonPointer } from '../../executor/core/index.js';
import type { EdgeSpec, GraphSpec } from '../../executor/index.js';
import { NodeNames } from './node-names.js';
import type { GraphFault } from './graph-fault.js';

export interface StructureLimits {
  readonly maxNodes: number;
  readonly maxEdges: number;
}

/**
 * What is wrong with the size of a body. Nothing else may look at one that is too large: it would cost time and memory for
 * each of its parts.
 */
export function limitFaults(body: unknown, { maxNodes, maxEdges }: StructureLimits): GraphFault[] {
  const limits = { nodes: maxNodes, edges: maxEdges, sinks: maxNodes };
  return Object.entries(limits).flatMap(([part, limit]) => {
    const list = isJsonObject(body) && Object.hasOwn(body, part) ? body[part] : undefined;
    if (!Array.isArray(list) || list.length <= limit) return [];
    const message = `${list.length} ${part}: this service takes at most ${limit}`;
    return [{ pointer: `/${part}`, code: 'limit-exceeded', message }];
  });
}

/** What is wrong with the ids, the ends of edges, their groups and the sinks. */
export function structureFaults(spec: GraphSpec): GraphFault[] {
  const ids = new NodeNames(spec.nodes.map((node) => node.id));
  return [
    ...duplicateIdFaults(spec),
    ...nodeFieldFaults(spec),
    ...spec.edges.flatMap((edge, index) => edgeFaults(edge, index, ids)),
    ...groupFaults(spec.edges),
    ...parallelEdgeFaults(spec.edges),
    ...sinkFaults(spec, ids),
  ];
}

function duplicateIdFaults({ nodes }: GraphSpec): GraphFault[] {
  const first = new Map<string, number>();
  return nodes.flatMap(({ id }, index) => {
    const earlier = first.get(id);
    if (earlier === undefined) {
      first.set(id, index);
      return [];
    }
    const message = `the id "${id}" is taken by /nodes/${earlier}: each node needs its own`;
    return [{ pointer: jsonPointer(['nodes', index, 'id']), code: 'duplicate-id', message }];
  });
}

function nodeFieldFaults({ nodes }: GraphSpec): GraphFault[] {
  return nodes.flatMap((node, index) => {
    const faults: GraphFault[] = [];
    if (node.always_on_cancel === true && node.join !== 'settled') {
      const message = 'always_on_cancel is for settled nodes: add "join": "settled"';
      faults.push({ pointer: jsonPointer(['nodes', index, 'always_on_cancel']), code: 'not-settled', message });
    }
    if (node.retries !== undefined && node.retry?.max !== undefined) {
      const message = 'retries and retry.max say the same thing: give one of them';
      faults.push({ pointer: jsonPointer(['nodes', index, 'retry', 'max']), code: 'given-twice', message });
    }
    return faults;
  });
}

function edgeFaults(edge: EdgeSpec, index: number, ids: NodeNames): GraphFault[] {
  const faults: GraphFault[] = [];
  const add = (field: string, code: string, message: string): void => {
    faults.push({ pointer: jsonPointer(['edges', index, field]), code, message });
  };
  for (const end of ['from', 'to'] as const) {
    const id = edge[end];
    if (!ids.has(id) && !(end === 'from' && id === INPUT_SOURCE)) add(end, 'unknown-node', ids.unknown(id));
  }
  if (edge.from === edge.to) add('to', 'self-edge', `the edge leads from "${edge.to}" to itself`);
  if (edge.from === INPUT_SOURCE && edge.on === 'failure') {
    add('on', 'input-cannot-fail', 'the run input never fails: an edge from "$input" is taken on success or done');
  }
  if (edge.else === true && edge.group === undefined) {
    add('else', 'else-without-group', 'else belongs to the last edge of a group: name the group');
  }
  if (edge.else === true && edge.cond !== undefined) {
    add('cond', 'else-with-cond', 'else takes what the rest of the group left: it has no cond of its own');
  }
  return faults;
}

function groupFaults(edges: readonly EdgeSpec[]): GraphFault[] {
  const last = new Map<string, number>();
  for (const [index, { from, group }] of edges.entries()) {
    if (group !== undefined) last.set(JSON.stringify([from, group]), index);
  }
  return edges.flatMap(({ from, group, else: isElse }, index) => {
    if (isElse !== true || group === undefined || last.get(JSON.stringify([from, group])) === index) return [];
    const message = `else must stand on the last edge of the group "${group}" of "${from}"`;
    return [{ pointer: jsonPointer(['edges', index, 'else']), code: 'else-not-last', message }];
  });
}

function parallelEdgeFaults(edges: readonly EdgeSpec[]): GraphFault[] {
  const plain = new Map<string, number>();
  return edges.flatMap((edge, index) => {
    if (edge.cond !== undefined || edge.group !== undefined) return [];
    const on = edge.on ?? 'success';
    const key = JSON.stringify([edge.from, edge.to, on]);
    const earlier = plain.get(key);
    if (earlier === undefined) {
      plain.set(key, index);
      return [];
    }
    const message = `/edges/${earlier} leads from "${edge.from}" to "${edge.to}" on ${on} too: join their maps, or give them a cond or group`;
    return [{ pointer: jsonPointer(['edges', index]), code: 'parallel-edges', message }];
  });
}

function sinkFaults({ sinks = [] }: GraphSpec, ids: NodeNames): GraphFault[] {
  const listed = new Set<string>();
  return sinks.flatMap((id, index) => {
    const pointer = jsonPointer(['sinks', index]);
    if (!ids.has(id)) return [{ pointer, code: 'unknown-node', message: ids.unknown(id) }];
    if (listed.has(id)) return [{ pointer, code: 'duplicate-sink', message: `"${id}" is listed twice` }];
    listed.add(id);
    return [];
  });
}
