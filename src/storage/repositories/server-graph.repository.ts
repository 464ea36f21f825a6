import type { EpochMs, GraphId, Namespace } from '../../executor/core/index.js';
import { EntityTable } from '../entity-table.js';
import { GraphVersionEntity } from '../entities/graph-version.entity.js';
import { GraphEntity } from '../entities/graph.entity.js';
import type { ServerDatabase } from '../server/server-database.js';
import { findsRow } from '../server/settle.js';
import { type GraphListQuery, GraphRepository, type StoredGraph, type StoredGraphVersion } from './graph.repository.js';
import type { IdempotencyRecord } from './idempotency.repository.js';
import type { ServerIdempotencyGuard } from './server-idempotency-guard.js';

/** Sorts after every id: they are lower-case ASCII. */
const AFTER_ALL_IDS = '~';

/** Keeps no graph: another process may archive it or add a version at any time. */
export class ServerGraphRepository extends GraphRepository {
  private readonly graphs = new EntityTable(GraphEntity);
  private readonly versions = new EntityTable(GraphVersionEntity);
  private readonly sql: ReturnType<typeof statementsOf>;

  constructor(
    private readonly database: ServerDatabase,
    private readonly guard: ServerIdempotencyGuard,
  ) {
    super();
    this.sql = statementsOf(this.graphs, this.versions);
  }

  override async create(namespace: Namespace, version: StoredGraphVersion, guard?: IdempotencyRecord): Promise<void> {
    const { graphId, name, createdAt } = version;
    const times = { createdAt, updatedAt: createdAt, archivedAt: null };
    const graph = { graphId, namespace, name, version: version.version, ...times };
    await this.database.transaction(
      async (tx) => {
        if (guard !== undefined) await this.guard.take(tx, guard);
        await tx.change(this.graphs.insertion, this.graphs.values(graph));
        await tx.change(this.versions.insertion, this.versions.values(version));
      },
      // Nobody else makes a graph of this id.
      { isStored: findsRow('SELECT 1 FROM graphs WHERE graph_id = ?', [graphId]) },
    );
  }

  override addVersion(namespace: Namespace, next: Omit<StoredGraphVersion, 'version'>): Promise<number | undefined> {
    const { graphId, name, specJson, createdAt } = next;
    let added = 0;
    return this.database.transaction(
      async (tx) => {
        // Whoever adds another version waits for this lock, and then counts on from this one.
        const [graph] = await tx.query<Pick<StoredGraph, 'version'>>(this.sql.lockVersion, [graphId, namespace]);
        if (graph === undefined) return undefined;
        added = graph.version + 1;
        await tx.change(this.sql.updateGraph, [added, name, createdAt, graphId]);
        await tx.change(this.versions.insertion, this.versions.values({ ...next, version: added }));
        return added;
      },
      { isStored: (tx) => findsRow(this.sql.isVersion, [graphId, added, specJson, createdAt])(tx) },
    );
  }

  override async archive(namespace: Namespace, graphId: GraphId, at: EpochMs): Promise<void> {
    await this.database.transaction((tx) => tx.change(this.sql.archive, [at, graphId, namespace]), {
      isStored: findsRow('SELECT 1 FROM graphs WHERE graph_id = ? AND archived_at IS NOT NULL', [graphId]),
    });
  }

  override async find(namespace: Namespace, graphId: GraphId): Promise<StoredGraph | undefined> {
    const [graph] = await this.database.read<StoredGraph>(this.sql.byId, [graphId, namespace]);
    return graph;
  }

  override async findVersion(
    namespace: Namespace,
    graphId: GraphId,
    version: number,
  ): Promise<StoredGraphVersion | undefined> {
    const [found] = await this.database.read<StoredGraphVersion>(this.sql.byVersion, [graphId, version, namespace]);
    return found;
  }

  override list(namespace: Namespace, query: GraphListQuery): Promise<StoredGraph[]> {
    const { limit, name, before = AFTER_ALL_IDS } = query;
    return name === undefined
      ? this.database.read<StoredGraph>(this.sql.page, [namespace, before, limit])
      : this.database.read<StoredGraph>(this.sql.pageByName, [namespace, before, name, limit]);
  }
}

function statementsOf(graphs: EntityTable<GraphEntity>, versions: EntityTable<GraphVersionEntity>) {
  const pageOf = (filter: string): string =>
    `SELECT ${graphs.selection} FROM graphs
     WHERE namespace = ? AND graph_id < ? AND archived_at IS NULL ${filter} ORDER BY graph_id DESC LIMIT ?`;
  return {
    byId: `SELECT ${graphs.selection} FROM graphs WHERE graph_id = ? AND namespace = ?`,
    lockVersion: 'SELECT version FROM graphs WHERE graph_id = ? AND namespace = ? FOR UPDATE',
    updateGraph: 'UPDATE graphs SET version = ?, name = ?, updated_at = ? WHERE graph_id = ?',
    archive: 'UPDATE graphs SET archived_at = ? WHERE graph_id = ? AND namespace = ? AND archived_at IS NULL',
    isVersion: 'SELECT 1 FROM graph_versions WHERE graph_id = ? AND version = ? AND spec = ? AND created_at = ?',
    byVersion: `SELECT ${versions.selection} FROM graph_versions WHERE graph_id = ? AND version = ?
      AND EXISTS (SELECT 1 FROM graphs WHERE graphs.graph_id = graph_versions.graph_id AND graphs.namespace = ?)`,
    page: pageOf(''),
    pageByName: pageOf('AND name = ?'),
  };
}
