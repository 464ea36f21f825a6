import type { EpochMs, GraphId, Namespace } from '../../executor/core/index.js';
import type { IdempotencyRecord } from './idempotency.repository.js';

export interface StoredGraph {
  readonly graphId: GraphId;
  readonly namespace: Namespace;
  readonly name: string;
  /** The newest version. */
  readonly version: number;
  readonly createdAt: EpochMs;
  readonly updatedAt: EpochMs;
  readonly archivedAt: EpochMs | null;
}

export interface StoredGraphVersion {
  readonly graphId: GraphId;
  readonly version: number;
  readonly name: string;
  /** The body exactly as the client sent it, as JSON text. */
  readonly specJson: string;
  readonly createdAt: EpochMs;
}

export interface GraphListQuery {
  readonly limit: number;
  /** Id of the last graph of the page before. */
  readonly before?: GraphId;
  readonly name?: string;
}

/**
 * Graph definitions: versions are immutable, and never deleted while a run may need them. A graph of another namespace is
 * unknown.
 */
export abstract class GraphRepository {
  /** @throws {IdempotencyConflictError | JournalUnavailableError | JournalBusyError} and stores nothing. */
  abstract create(namespace: Namespace, version: StoredGraphVersion, guard?: IdempotencyRecord): Promise<void>;
  /** Stores the next version and returns its number; undefined if the graph is unknown. */
  abstract addVersion(namespace: Namespace, next: Omit<StoredGraphVersion, 'version'>): Promise<number | undefined>;
  /** Marks the graph archived; does nothing when it already is, or is unknown. */
  abstract archive(namespace: Namespace, graphId: GraphId, at: EpochMs): Promise<void>;
  abstract find(namespace: Namespace, graphId: GraphId): Promise<StoredGraph | undefined>;
  abstract findVersion(
    namespace: Namespace,
    graphId: GraphId,
    version: number,
  ): Promise<StoredGraphVersion | undefined>;
  /** Newest first, not archived. */
  abstract list(namespace: Namespace, query: GraphListQuery): Promise<StoredGraph[]>;
}
