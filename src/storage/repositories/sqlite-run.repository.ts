import type { Namespace, RunId, RunStatus } from '../../executor/core/index.js';
import { RunEntity } from '../entities/run.entity.js';
import type { SqliteDatabase } from '../sqlite/sqlite-database.js';
import { runListSql } from './run-list-sql.js';
import { RUN_OF_NAMESPACE } from './run-of-namespace-sql.js';
import { type RunHead, type RunListQuery, RunRepository, type StoredRun } from './run.repository.js';
import { toStoredRun } from './stored-run.js';

/** Queries for pages that are kept prepared: which filters go together repeats itself. */
const MAX_PAGE_QUERIES = 50;

export class SqliteRunRepository extends RunRepository {
  private readonly sql: ReturnType<typeof prepareStatements>;
  /** By their SQL. */
  private readonly pages = new Map<string, ReturnType<typeof preparePage>>();

  constructor(private readonly database: SqliteDatabase) {
    super();
    this.sql = prepareStatements(database);
  }

  override find(namespace: Namespace, runId: RunId): Promise<StoredRun | undefined> {
    return this.database.read(() => {
      const row = this.sql.byId.get(runId, namespace);
      return row && toStoredRun(row);
    });
  }

  override findHead(namespace: Namespace, runId: RunId): Promise<RunHead | undefined> {
    return this.database.read(() => this.sql.headById.get(runId, namespace));
  }

  override findStatus(namespace: Namespace, runId: RunId): Promise<RunStatus | undefined> {
    return this.database.read(() => this.sql.statusById.get(runId, namespace)?.status);
  }

  override list(namespace: Namespace, query: RunListQuery): Promise<StoredRun[]> {
    if (query.statuses?.length === 0) return Promise.resolve([]);
    const { sql, params } = runListSql(namespace, query);
    return this.database.read(() => {
      const ids = this.page(sql).all(...params);
      const rows = ids.map(({ runId }) => this.sql.byId.get(runId, namespace));
      return rows.filter((row) => row !== undefined).map(toStoredRun);
    });
  }

  private page(sql: string): ReturnType<typeof preparePage> {
    const kept = this.pages.get(sql);
    if (kept !== undefined) return kept;
    if (this.pages.size >= MAX_PAGE_QUERIES) this.pages.clear();
    const prepared = preparePage(this.database, sql);
    this.pages.set(sql, prepared);
    return prepared;
  }
}

function preparePage(database: SqliteDatabase, sql: string) {
  return database.prepare<(string | number)[], { readonly runId: RunId }>(sql);
}

/** Prepared once, for the life of the process. */
function prepareStatements(database: SqliteDatabase) {
  const runs = database.table(RunEntity);
  const byId = database.prepare<[RunId, Namespace], RunEntity>(
    `SELECT ${runs.selection} FROM runs WHERE ${RUN_OF_NAMESPACE} AND deleted_at IS NULL`,
  );
  const headById = database.prepare<[RunId, Namespace], RunHead>(
    `SELECT ${runs.select('runId', 'status', 'progress', 'lastSeq')} FROM runs WHERE ${RUN_OF_NAMESPACE}`,
  );
  const statusById = database.prepare<[RunId, Namespace], Pick<RunEntity, 'status'>>(
    `SELECT status FROM runs WHERE ${RUN_OF_NAMESPACE} AND deleted_at IS NULL`,
  );
  return { byId, headById, statusById };
}
