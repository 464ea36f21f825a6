import { Injectable } from '@nestjs/common';
import { RUN_STATUSES, type RunId, type RunStatus, isTerminalRun } from '../../executor/core/index.js';
import { RunEntity } from '../entities/run.entity.js';
import { SqliteDatabase } from '../sqlite/sqlite-database.js';
import { runListSql } from './run-list-sql.js';
import { type ExpiringRun, type RunHead, type RunListQuery, RunRepository, type StoredRun } from './run.repository.js';

const UNFINISHED = RUN_STATUSES.filter((status) => !isTerminalRun(status));

@Injectable()
export class SqliteRunRepository extends RunRepository {
  private readonly sql: ReturnType<typeof prepareStatements>;

  constructor(private readonly database: SqliteDatabase) {
    super();
    this.sql = prepareStatements(database);
  }

  override find(runId: RunId): Promise<StoredRun | undefined> {
    return this.database.read(() => this.row(runId));
  }

  override findHead(runId: RunId): Promise<RunHead | undefined> {
    return this.database.read(() => this.sql.headById.get(runId));
  }

  override findStatus(runId: RunId): Promise<RunStatus | undefined> {
    return this.database.read(() => this.sql.statusById.get(runId)?.status);
  }

  override list(query: RunListQuery): Promise<StoredRun[]> {
    const { sql, params } = runListSql(query);
    return this.database.read(() => {
      const ids = this.database.prepare<(string | number)[], { runId: RunId }>(sql).all(...params);
      return ids.map(({ runId }) => this.row(runId)).filter((run) => run !== undefined);
    });
  }

  override unfinished({ limit, after = '' as RunId }: { limit: number; after?: RunId }): Promise<RunId[]> {
    const params = UNFINISHED.flatMap((status) => [status, after]);
    return this.database.read(() => this.sql.unfinishedIds.all(...params, limit).map(({ runId }) => runId));
  }

  override expiring(): Promise<ExpiringRun[]> {
    return this.database.read(() => this.sql.expiring.all());
  }

  override crashedOften(times: number): Promise<RunId[]> {
    return this.database.read(() => this.sql.crashedOften.all(...UNFINISHED, times, times).map(({ runId }) => runId));
  }

  private row(runId: RunId): StoredRun | undefined {
    const row = this.sql.byId.get(runId);
    if (row === undefined) return undefined;
    const { labelsJson, deletedAt: _deletedAt, ...run } = row;
    return { ...run, rootRunId: run.rootRunId ?? runId, labels: JSON.parse(labelsJson) as Record<string, string> };
  }
}

/** Prepared once, for the life of the process. */
function prepareStatements(database: SqliteDatabase) {
  const runs = database.table(RunEntity);
  const byId = database.prepare<[RunId], RunEntity>(
    `SELECT ${runs.selection} FROM runs WHERE run_id = ? AND deleted_at IS NULL`,
  );
  const headById = database.prepare<[RunId], RunHead>(
    `SELECT ${runs.select('runId', 'status', 'progress', 'lastSeq')} FROM runs WHERE run_id = ?`,
  );
  const statusById = database.prepare<[RunId], Pick<RunEntity, 'status'>>(
    'SELECT status FROM runs WHERE run_id = ? AND deleted_at IS NULL',
  );
  // One part per status: each comes from the index in order, so that the limit ends the search.
  const unfinishedIds = database.prepare<(string | number)[], { runId: RunId }>(
    `${UNFINISHED.map(() => 'SELECT run_id AS "runId" FROM runs WHERE status = ? AND run_id > ?').join(' UNION ALL ')}
     ORDER BY "runId" LIMIT ?`,
  );
  const expiring = database.prepare<[], ExpiringRun>(
    `SELECT run_id AS "runId", "startBy" FROM (
       SELECT runs.run_id, run_events.ts + 1000 * json_extract(run_events.data, '$.settings.expire_if_not_started_sec') AS "startBy"
       FROM runs JOIN run_events ON run_events.run_id = runs.run_id AND run_events.seq = 1
       WHERE runs.status = 'PENDING')
     WHERE "startBy" IS NOT NULL ORDER BY run_id`,
  );
  // Each take-over raises the epoch, so that most runs are passed over without a look at their journals.
  const crashedOften = database.prepare<(string | number)[], { runId: RunId }>(
    `SELECT DISTINCT run_id AS "runId" FROM (
       SELECT runs.run_id FROM runs JOIN run_events ON run_events.run_id = runs.run_id
       WHERE runs.status IN (${UNFINISHED.map(() => '?').join(', ')}) AND runs.epoch >= ?
         AND run_events.type = 'node.interrupted' AND json_extract(run_events.data, '$.cause') = 'crash'
       GROUP BY runs.run_id, run_events.node_id HAVING count(*) >= ?)
     ORDER BY run_id`,
  );
  return { byId, headById, statusById, unfinishedIds, expiring, crashedOften };
}
