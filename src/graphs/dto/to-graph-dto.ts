import { capDetails } from '../../http/index.js';
import type { StoredGraph } from '../../storage/index.js';
import type { AcceptedVersion, GraphAtVersion } from '../graphs.service.js';
import type { GraphFault } from '../validation/graph-fault.js';
import type { CreatedGraph, GraphItem, StoredGraphAnswer } from './graph.schemas.js';

const timestamp = (ms: number): string => new Date(ms).toISOString();

export function toCreatedGraph({ graphId, version, warnings }: AcceptedVersion): CreatedGraph {
  return { graph_id: graphId, version, warnings: [...warnings] };
}

/** The faults that an answer lists; the last one counts those that it does not. */
export function capFaults(faults: readonly GraphFault[]): GraphFault[] {
  return capDetails(faults).map(({ pointer = '', code, message }) => ({ pointer, code, message }));
}

export function toGraphItem({ graphId, name, version, createdAt, updatedAt }: StoredGraph): GraphItem {
  return {
    graph_id: graphId,
    name,
    version,
    created_at: timestamp(createdAt),
    updated_at: timestamp(updatedAt),
  };
}

export function toStoredGraph({ graph, version }: GraphAtVersion): StoredGraphAnswer {
  return {
    graph_id: graph.graphId,
    version: version.version,
    name: version.name,
    created_at: timestamp(version.createdAt),
    archived_at: graph.archivedAt === null ? null : timestamp(graph.archivedAt),
    graph: JSON.parse(version.specJson),
  };
}
