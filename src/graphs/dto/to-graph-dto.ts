import type { StoredGraph } from '../../storage/index.js';
import type { AcceptedVersion, GraphAtVersion } from '../graphs.service.js';
import type { CreatedGraph, GraphItem, StoredGraphAnswer } from './graph.schemas.js';

const timestamp = (ms: number): string => new Date(ms).toISOString();

export function toCreatedGraph({ graphId, version, warnings }: AcceptedVersion): CreatedGraph {
  return { graph_id: graphId, version, warnings: [...warnings] };
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
