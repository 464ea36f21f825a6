import type { EpochMs, GraphId } from '../../executor/core/index.js';
import type { IdempotencyRecord } from './idempotency.repository.js';

export interface StoredGraph {
  readonly graphId: GraphId;
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

/** Graph definitions: versions are immutable, and never deleted while a run may need them. */
export abstract class GraphRepository {
  /** @throws {IdempotencyConflictError | JournalUnavailableError | JournalBusyError} and stores nothing. */
  abstract create(version: StoredGraphVersion, guard?: IdempotencyRecord): Promise<void>;
  /** Stores the next version and returns its number; undefined if the graph is unknown. */
  abstract addVersion(next: Omit<StoredGraphVersion, 'version'>): Promise<number | undefined>;
  /** Marks the graph archived; does nothing when it already is. */
  abstract archive(graphId: GraphId, at: EpochMs): Promise<void>;
  abstract find(graphId: GraphId): Promise<StoredGraph | undefined>;
  abstract findVersion(graphId: GraphId, version: number): Promise<StoredGraphVersion | undefined>;
  /** Newest first, not archived. `before` is the id of the last graph of the page before. */
  abstract list(query: { limit: number; before?: GraphId; name?: string }): Promise<StoredGraph[]>;
}
