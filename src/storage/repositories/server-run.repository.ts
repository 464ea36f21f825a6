import type { Namespace, RunId, RunStatus } from '../../executor/core/index.js';
import { EntityTable } from '../entity-table.js';
import { RunEntity } from '../entities/run.entity.js';
import type { Param } from '../param.js';
import type { ServerDatabase } from '../server/server-database.js';
import { runListSql } from './run-list-sql.js';
import { type RunHead, type RunListQuery, RunRepository, type StoredRun } from './run.repository.js';
import { SERVER_RUN_LISTS } from './server-run-list-sql.js';
import { toStoredRun } from './stored-run.js';

/** Servers keep large texts beside the row, so that its namespace costs no more than its id. */
const RUN_OF_NAMESPACE = 'run_id = ? AND namespace = ?';

export class ServerRunRepository extends RunRepository {
  private readonly runs = new EntityTable(RunEntity);

  constructor(private readonly database: ServerDatabase) {
    super();
  }

  override async find(namespace: Namespace, runId: RunId): Promise<StoredRun | undefined> {
    const row = await this.first<RunEntity>(this.runs.selection, 'AND deleted_at IS NULL', [runId, namespace]);
    return row && toStoredRun(row);
  }

  override findHead(namespace: Namespace, runId: RunId): Promise<RunHead | undefined> {
    return this.first<RunHead>(this.runs.select('runId', 'status', 'progress', 'lastSeq'), '', [runId, namespace]);
  }

  override async findStatus(namespace: Namespace, runId: RunId): Promise<RunStatus | undefined> {
    const row = await this.first<Pick<RunEntity, 'status'>>('status', 'AND deleted_at IS NULL', [runId, namespace]);
    return row?.status;
  }

  override async list(namespace: Namespace, query: RunListQuery): Promise<StoredRun[]> {
    if (query.statuses?.length === 0) return [];
    const { sql, params } = runListSql(namespace, query, SERVER_RUN_LISTS[this.database.dialect.name]);
    const rows = await this.database.read<RunEntity>(
      `SELECT ${this.runs.selection} FROM (${sql}) page JOIN runs ON run_id = page."runId" ORDER BY run_id DESC`,
      params,
    );
    return rows.map(toStoredRun);
  }

  private async first<Row extends object>(
    selection: string,
    filter: string,
    params: readonly Param[],
  ): Promise<Row | undefined> {
    const sql = `SELECT ${selection} FROM runs WHERE ${RUN_OF_NAMESPACE} ${filter}`;
    const [row] = await this.database.read<Row>(sql, params);
    return row;
  }
}
