import { type Namespace, RUN_STATUSES, type RunId, type RunStatus, isTerminalRun } from '../../executor/core/index.js';
import { RunEntity } from '../entities/run.entity.js';
import type { SqliteDatabase } from '../sqlite/sqlite-database.js';
import { AllRunsRepository, type ExpiringRun, type RunStanding, type UnfinishedRun } from './all-runs.repository.js';
import type { StoredRun } from './run.repository.js';
import { toStoredRun } from './stored-run.js';

const UNFINISHED: readonly RunStatus[] = RUN_STATUSES.filter((status) => !isTerminalRun(status));

/** Sorts before every run. */
const BEFORE_ALL = { namespace: '', runId: '' } as const;

export class SqliteAllRunsRepository extends AllRunsRepository {
  private readonly sql: ReturnType<typeof prepareStatements>;

  constructor(private readonly database: SqliteDatabase) {
    super();
    this.sql = prepareStatements(database);
  }

  override findInAnyNamespace(runId: RunId): Promise<StoredRun | undefined> {
    return this.database.read(() => {
      const row = this.sql.byId.get(runId);
      return row && toStoredRun(row);
    });
  }

  override unfinished({ limit, after }: { limit: number; after?: UnfinishedRun }): Promise<UnfinishedRun[]> {
    return this.database.read(() => {
      const page: UnfinishedRun[] = [];
      for (const status of UNFINISHED.slice(after === undefined ? 0 : UNFINISHED.indexOf(after.status))) {
        const { namespace, runId } = after?.status === status ? after : BEFORE_ALL;
        page.push(...this.sql.unfinished.all(status, namespace, runId, limit - page.length));
      }
      return page;
    });
  }

  override standingsOf(runIds: readonly RunId[]): Promise<ReadonlyMap<RunId, RunStanding>> {
    return this.database.read(() => {
      const rows = this.sql.standings.all(JSON.stringify(runIds));
      return new Map(rows.map(({ runId, ...standing }) => [runId, standing]));
    });
  }

  override expiring(): Promise<ExpiringRun[]> {
    return this.database.read(() => this.sql.expiring.all());
  }

  override crashedOften(times: number): Promise<RunId[]> {
    return this.database.read(() => this.sql.crashedOften.all(...UNFINISHED, times, times).map(({ runId }) => runId));
  }
}

/** Prepared once, for the life of the process. */
function prepareStatements(database: SqliteDatabase) {
  const runs = database.table(RunEntity);
  const byId = database.prepare<[RunId], RunEntity>(
    `SELECT ${runs.selection} FROM runs WHERE run_id = ? AND deleted_at IS NULL`,
  );
  // In the order of the index on the status, so that the limit ends the search.
  const unfinished = database.prepare<[RunStatus, Namespace | '', RunId | '', number], UnfinishedRun>(
    `SELECT ${runs.select('status', 'namespace', 'runId')} FROM runs
     WHERE status = ? AND (namespace, run_id) > (?, ?) ORDER BY namespace, run_id LIMIT ?`,
  );
  const standings = database.prepare<[string], RunStanding & { runId: RunId }>(
    `SELECT ${runs.select('runId', 'status', 'lastSeq')} FROM runs WHERE run_id IN (SELECT value FROM json_each(?))`,
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
  return { byId, unfinished, standings, expiring, crashedOften };
}
