import type { GraphId } from '../../executor/core/index.js';
import type { StoredGraphVersion } from './graph.repository.js';

/** Graphs of all namespaces, for whoever executes runs. What answers a client reads from `GraphRepository`. */
export abstract class AllGraphsRepository {
  abstract findVersionInAnyNamespace(graphId: GraphId, version: number): Promise<StoredGraphVersion | undefined>;
}
