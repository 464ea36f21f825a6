import type { EpochMs, GraphId, Namespace } from '../../executor/core/index.js';
import type { Cache, CacheSpace } from '../cache/index.js';
import { GraphVersionEntity } from '../entities/graph-version.entity.js';
import { GraphEntity } from '../entities/graph.entity.js';
import type { SqliteDatabase } from '../sqlite/sqlite-database.js';
import type { GroupCommitWriter } from '../writer/group-commit-writer.js';
import { type GraphListQuery, GraphRepository, type StoredGraph, type StoredGraphVersion } from './graph.repository.js';
import type { IdempotencyGuard } from './idempotency-guard.js';
import type { IdempotencyRecord } from './idempotency.repository.js';

/** Kilobytes of a graph without its versions, about. */
const GRAPH_WEIGHT = 1;
/** Sorts after every id: they are lower-case ASCII. */
const AFTER_ALL_IDS = '~';

export class SqliteGraphRepository extends GraphRepository {
  private readonly sql: ReturnType<typeof prepareStatements>;
  /** Graphs as they are stored, for every run that is started asks for one; each until it is written. */
  private readonly kept: Cache<GraphId, StoredGraph>;

  constructor(
    private readonly database: SqliteDatabase,
    private readonly writer: GroupCommitWriter,
    private readonly guard: IdempotencyGuard,
    space: CacheSpace,
  ) {
    super();
    this.kept = space.open();
    this.sql = prepareStatements(database);
  }

  override async create(namespace: Namespace, version: StoredGraphVersion, guard?: IdempotencyRecord): Promise<void> {
    const { graphId, name, createdAt } = version;
    const times = { createdAt, updatedAt: createdAt, archivedAt: null };
    const graph = { graphId, namespace, name, version: version.version, ...times };
    await this.writer.submit({
      apply: () => {
        if (guard !== undefined) this.guard.take(guard);
        this.sql.insertGraph.run(this.sql.graphs.values(graph));
        this.sql.insertVersion.run(this.sql.versions.values(version));
      },
      rows: 2,
      bytes: version.specJson.length,
      isRefusable: true,
    });
  }

  override addVersion(namespace: Namespace, next: Omit<StoredGraphVersion, 'version'>): Promise<number | undefined> {
    const { graphId, name, createdAt } = next;
    return this.writer.submit({
      apply: () => {
        const graph = this.sql.byId.get(graphId);
        if (graph?.namespace !== namespace) return undefined;
        const version = graph.version + 1;
        this.kept.delete(graphId);
        this.sql.updateGraph.run(version, name, createdAt, graphId);
        this.sql.insertVersion.run(this.sql.versions.values({ ...next, version }));
        return version;
      },
      rows: 2,
      bytes: next.specJson.length,
      isRefusable: true,
    });
  }

  override async archive(namespace: Namespace, graphId: GraphId, at: EpochMs): Promise<void> {
    await this.writer.submit({
      apply: () => {
        this.sql.archiveGraph.run(at, graphId, namespace);
        this.kept.delete(graphId);
      },
      rows: 1,
      bytes: 0,
      isRefusable: true,
    });
  }

  override find(namespace: Namespace, graphId: GraphId): Promise<StoredGraph | undefined> {
    return this.database.read(() => {
      const graph = this.kept.get(graphId) ?? this.readAndKeep(graphId);
      return graph?.namespace === namespace ? graph : undefined;
    });
  }

  override findVersion(
    namespace: Namespace,
    graphId: GraphId,
    version: number,
  ): Promise<StoredGraphVersion | undefined> {
    return this.database.read(() => this.sql.byVersion.get(graphId, version, namespace));
  }

  private readAndKeep(graphId: GraphId): StoredGraph | undefined {
    const graph = this.sql.byId.get(graphId);
    if (graph === undefined || !this.writer.isExclusive) return graph;
    this.kept.set(graphId, graph, GRAPH_WEIGHT);
    return graph;
  }

  override list(namespace: Namespace, query: GraphListQuery): Promise<StoredGraph[]> {
    const { limit, name, before = AFTER_ALL_IDS } = query;
    const { page, pageByName } = this.sql;
    return this.database.read(() =>
      name === undefined ? page.all(namespace, before, limit) : pageByName.all(namespace, before, name, limit),
    );
  }
}

/** Prepared once, for the life of the process. */
function prepareStatements(database: SqliteDatabase) {
  const graphs = database.table(GraphEntity);
  const versions = database.table(GraphVersionEntity);

  const insertGraph = database.prepare(graphs.insertion);
  const insertVersion = database.prepare(versions.insertion);
  const updateGraph = database.prepare('UPDATE graphs SET version = ?, name = ?, updated_at = ? WHERE graph_id = ?');
  const archiveGraph = database.prepare(
    'UPDATE graphs SET archived_at = ? WHERE graph_id = ? AND namespace = ? AND archived_at IS NULL',
  );

  const byId = database.prepare<[GraphId], StoredGraph>(`SELECT ${graphs.selection} FROM graphs WHERE graph_id = ?`);
  // No EXISTS, for the reason that RUN_OF_NAMESPACE has.
  const byVersion = database.prepare<[GraphId, number, Namespace], StoredGraphVersion>(
    `SELECT ${versions.selection} FROM graph_versions WHERE graph_id = ? AND version = ?
       AND (SELECT graphs.namespace FROM graphs WHERE graphs.graph_id = graph_versions.graph_id) = ?`,
  );
  const selectPage = (filter: string): string =>
    `SELECT ${graphs.selection} FROM graphs
     WHERE namespace = ? AND graph_id < ? AND archived_at IS NULL ${filter} ORDER BY graph_id DESC LIMIT ?`;
  const page = database.prepare<[Namespace, string, number], StoredGraph>(selectPage(''));
  const pageByName = database.prepare<[Namespace, string, string, number], StoredGraph>(selectPage('AND name = ?'));
  return { graphs, versions, insertGraph, insertVersion, updateGraph, archiveGraph, byId, byVersion, page, pageByName };
}
