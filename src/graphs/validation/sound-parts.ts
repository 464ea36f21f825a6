import { INPUT_SOURCE, isJsonObject } from '../../executor/core/index.js';
import type { EdgeSpec, GraphSpec, NodeSpec } from '../../executor/index.js';
import type { Fault } from '../../http/index.js';
import type { GraphFault } from './graph-fault.js';

/** What can be looked at of a body whose shape is wrong in places. */
export interface SoundParts {
  /** Nodes, edges and sinks stand where they stood; those without a right shape are replaced by ones that mean nothing. */
  readonly spec: GraphSpec;
  /** Whether a fault of `spec` is one of the body's too, rather than of a replacement or of what it left out. */
  isCertain(fault: GraphFault): boolean;
}

/** What an edge brings or connects decides about these. */
const DEPENDS_ON_EDGES = ['invalid-params', 'not-upstream'];

/** The parts of a body that `shapeFaults` leave sound; undefined if there are no lists of nodes and edges in it. */
export function soundParts(body: unknown, shapeFaults: readonly Fault[]): SoundParts | undefined {
  if (!isJsonObject(body)) return undefined;
  const { nodes, edges, sinks } = body;
  if (!Array.isArray(nodes) || !Array.isArray(edges)) return undefined;
  const unsound = {
    nodes: unsoundIndexes(shapeFaults, 'nodes'),
    edges: unsoundIndexes(shapeFaults, 'edges'),
    sinks: unsoundIndexes(shapeFaults, 'sinks'),
  };
  const spec: GraphSpec = {
    name: '',
    nodes: nodes.map((node: unknown, index) =>
      unsound.nodes.has(index) ? nodeInPlaceOf(node, index) : (node as NodeSpec),
    ),
    edges: edges.map((edge: unknown, index) => (unsound.edges.has(index) ? edgeInPlace(index) : (edge as EdgeSpec))),
    sinks: Array.isArray(sinks) ? sinks.map((id: unknown, index) => (unsound.sinks.has(index) ? '' : String(id))) : [],
  };
  return {
    spec,
    isCertain({ pointer, code }) {
      const [, part, index] = pointer.split('/');
      if (unsound.edges.size > 0 && DEPENDS_ON_EDGES.includes(code)) return false;
      const isPart = part === 'nodes' || part === 'edges' || part === 'sinks';
      return !isPart || !unsound[part].has(Number(index));
    },
  };
}

/** Fields that nobody knows change nothing for the other checks. */
function unsoundIndexes(faults: readonly Fault[], part: string): ReadonlySet<number> {
  const indexes = faults
    .filter(({ path, code }) => path[0] === part && code !== 'unknown-field')
    .map(({ path }) => path[1])
    .filter((index) => typeof index === 'number');
  return new Set(indexes);
}

/** It keeps its id, so that edges that name it are not said to lead nowhere. */
function nodeInPlaceOf(node: unknown, index: number): NodeSpec {
  const id = isJsonObject(node) && typeof node['id'] === 'string' ? node['id'] : `?${index}`;
  return { id, type: '?' };
}

function edgeInPlace(index: number): EdgeSpec {
  return { from: INPUT_SOURCE, to: '?', group: `?${index}` };
}
