import { type EpochMs, type Namespace, type RunId, epochMs } from '../../executor/core/index.js';
import type { DialectName } from '../database-url.js';
import type { Dialect } from '../server/dialect.js';
import type { ServerDatabase, Statements } from '../server/server-database.js';
import { findsRow } from '../server/settle.js';
import { FINISHED, fileRows, firstRunIdOf, madeAt } from './removable-runs.js';
import { type ClearedStep, type Removal, RunRemovalRepository } from './run-removal.repository.js';

/** Rows that one step clears: it holds their locks. */
const STEP_ROWS = 500;
/** Runs that one step looks at: few of them have so few rows that more would fit. */
const STEP_RUNS = 100;

/** In which order an index has the runs that are removed. */
const REMOVED_ORDER: Readonly<Record<DialectName, string>> = { postgres: 'run_id', mysql: 'deleted_at, run_id' };

/** Some rows of the journal of one run. */
const DELETE_SOME_EVENTS: Readonly<Record<DialectName, string>> = {
  postgres: `DELETE FROM run_events WHERE run_id = ? AND seq IN
    (SELECT seq FROM run_events WHERE run_id = ? ORDER BY seq LIMIT ?)`,
  mysql: 'DELETE FROM run_events WHERE run_id = ? AND run_id = ? ORDER BY seq LIMIT ?',
};

interface RemovedRun {
  readonly runId: RunId;
  /** How many rows its journal had. */
  readonly lastSeq: number;
}

interface RunFileSize {
  readonly runId: RunId;
  readonly name: string;
  readonly bytes: number;
}

/**
 * Clears without getting into the way of other processes that do so: each step locks the runs that it clears and passes over
 * those that another one has locked.
 */
export class ServerRunRemovalRepository extends RunRemovalRepository {
  private readonly sql: ReturnType<typeof statementsOf>;

  constructor(private readonly database: ServerDatabase) {
    super();
    this.sql = statementsOf(database.dialect);
  }

  override remove(namespace: Namespace, runId: RunId, at: EpochMs): Promise<Removal> {
    return this.database.transaction<Removal>(
      async (tx) => {
        if ((await tx.change(this.sql.mark, [at, runId, namespace, ...FINISHED])) === 1) return 'removed';
        return (await tx.query(this.sql.status, [runId, namespace])).length === 0 ? 'unknown' : 'unfinished';
      },
      { isStored: findsRow('SELECT 1 FROM runs WHERE run_id = ? AND deleted_at IS NOT NULL', [runId]) },
    );
  }

  override removeFinished({ horizon, at, limit }: { horizon: EpochMs; at: EpochMs; limit: number }): Promise<number> {
    const params = [firstRunIdOf(horizon), Math.ceil(horizon), ...FINISHED, limit];
    return this.database.transaction(async (tx) => {
      const runs = await tx.query<Pick<RemovedRun, 'runId'>>(this.sql.finished, params);
      if (runs.length === 0) return 0;
      const ids = runs.map(({ runId }) => runId);
      return tx.change(`UPDATE runs SET deleted_at = ? WHERE run_id IN ${listOf(ids)}`, [at, ...ids]);
    });
  }

  override async oldestFinish(): Promise<EpochMs | undefined> {
    interface Oldest {
      readonly runId: RunId;
      readonly finishedAt: EpochMs;
    }
    const [oldest] = await this.database.read<Oldest>(this.sql.oldest, FINISHED);
    return oldest && epochMs(Math.max(oldest.finishedAt, madeAt(oldest.runId)));
  }

  override clear(): Promise<ClearedStep> {
    return this.database.transaction(async (tx) => {
      const runs = await tx.query<RemovedRun>(this.sql.removed);
      const [first] = runs;
      if (first === undefined) return { runs: 0, events: 0, artifacts: 0, hasMore: false };
      const files = await filesOf(tx, runs);
      const whole = wholeRuns(runs, files);
      const cleared = whole.length > 0 ? await clearWhole(tx, whole) : await this.clearPart(tx, first.runId, files);
      return { ...cleared, hasMore: cleared.runs < runs.length || runs.length === STEP_RUNS };
    });
  }

  /** The space of deleted rows is used again by the server itself. */
  override shrink(): Promise<boolean> {
    return Promise.resolve(false);
  }

  /** Clears as much of a large run as fits. */
  private async clearPart(tx: Statements, runId: RunId, files: readonly RunFileSize[]): Promise<Cleared> {
    const events = await tx.change(this.sql.deleteSomeEvents, [runId, runId, STEP_ROWS]);
    let left = STEP_ROWS - events;
    let artifacts = 0;
    const ofRun = files.filter((file) => file.runId === runId);
    for (const { name, bytes } of ofRun) {
      if (left <= 0) break;
      await tx.change('DELETE FROM artifacts WHERE run_id = ? AND name = ?', [runId, name]);
      left -= fileRows(bytes);
      artifacts += 1;
    }
    if (left <= 0) return { runs: 0, events, artifacts };
    return { ...(await clearWhole(tx, [runId])), events, artifacts };
  }
}

type Cleared = Omit<ClearedStep, 'hasMore'>;

/** The files of runs, without their bodies. */
function filesOf(tx: Statements, runs: readonly RemovedRun[]): Promise<RunFileSize[]> {
  const ids = runs.map(({ runId }) => runId);
  return tx.query<RunFileSize>(
    `SELECT run_id AS "runId", name, bytes FROM artifacts WHERE run_id IN ${listOf(ids)}`,
    ids,
  );
}

/** As many runs as one step clears to their end, from the first on. */
function wholeRuns(runs: readonly RemovedRun[], files: readonly RunFileSize[]): RunId[] {
  const rows = new Map(runs.map(({ runId, lastSeq }) => [runId, 1 + lastSeq]));
  for (const { runId, bytes } of files) rows.set(runId, (rows.get(runId) ?? 0) + fileRows(bytes));
  let left = STEP_ROWS;
  const whole: RunId[] = [];
  for (const [runId, cost] of rows) {
    left -= cost;
    if (left < 0) break;
    whole.push(runId);
  }
  return whole;
}

async function clearWhole(tx: Statements, ids: readonly RunId[]): Promise<Cleared> {
  const deleteFrom = (table: string) => tx.change(`DELETE FROM ${table} WHERE run_id IN ${listOf(ids)}`, ids);
  const events = await deleteFrom('run_events');
  const artifacts = await deleteFrom('artifacts');
  await deleteFrom('run_labels');
  return { runs: await deleteFrom('runs'), events, artifacts };
}

function listOf(values: readonly unknown[]): string {
  return `(${values.map(() => '?').join(', ')})`;
}

function statementsOf({ name, by }: Dialect) {
  const finished = `status IN ${listOf(FINISHED)} AND deleted_at IS NULL`;
  // In the order of ids, which is that of creation: the search ends where runs are too young to have finished before. One
  // whose end lies before its beginning, because the clock was set back, is found when its beginning is old enough.
  const byAge = `runs${by('PRIMARY')}`;
  return {
    mark: `UPDATE runs SET deleted_at = ? WHERE run_id = ? AND namespace = ? AND ${finished}`,
    status: 'SELECT status FROM runs WHERE run_id = ? AND namespace = ? AND deleted_at IS NULL',
    finished: `SELECT run_id AS "runId" FROM ${byAge} WHERE run_id < ? AND finished_at < ? AND ${finished}
      ORDER BY run_id LIMIT ? FOR UPDATE SKIP LOCKED`,
    oldest: `SELECT run_id AS "runId", finished_at AS "finishedAt" FROM ${byAge} WHERE ${finished} ORDER BY run_id LIMIT 1`,
    removed: `SELECT run_id AS "runId", last_seq AS "lastSeq" FROM runs${by('runs_deleted')} WHERE deleted_at IS NOT NULL
      ORDER BY ${REMOVED_ORDER[name]} LIMIT ${STEP_RUNS} FOR UPDATE SKIP LOCKED`,
    deleteSomeEvents: DELETE_SOME_EVENTS[name],
  };
}
