import { type EpochMs, type Namespace, type RunId, type RunStatus, epochMs } from '../../executor/core/index.js';
import type { SqliteDatabase } from '../sqlite/sqlite-database.js';
import type { GroupCommitWriter } from '../writer/group-commit-writer.js';
import { FINISHED, fileRows, firstRunIdOf, madeAt } from './removable-runs.js';
import { RUN_OF_NAMESPACE } from './run-of-namespace-sql.js';
import { type ClearedStep, type Removal, RunRemovalRepository } from './run-removal.repository.js';

/** Rows that one step clears: a few milliseconds for the writer. */
const STEP_ROWS = 500;
/** Pages that one step gives back. */
const STEP_PAGES = 256;

interface Artifact {
  readonly name: string;
  readonly bytes: number;
}

export class SqliteRunRemovalRepository extends RunRemovalRepository {
  private readonly sql: ReturnType<typeof prepareStatements>;

  constructor(
    private readonly database: SqliteDatabase,
    private readonly writer: GroupCommitWriter,
  ) {
    super();
    this.sql = prepareStatements(database);
  }

  override remove(namespace: Namespace, runId: RunId, at: EpochMs): Promise<Removal> {
    return this.writer.submit({
      apply: (): Removal => {
        if (this.sql.mark.run(at, runId, namespace, ...FINISHED).changes === 1) return 'removed';
        return this.sql.status.get(runId, namespace) === undefined ? 'unknown' : 'unfinished';
      },
      rows: 1,
      bytes: 0,
      isRefusable: true,
    });
  }

  override removeFinished({ horizon, at, limit }: { horizon: EpochMs; at: EpochMs; limit: number }): Promise<number> {
    const params = [at, firstRunIdOf(horizon), horizon, ...FINISHED, limit];
    const apply = (): number => this.sql.markFinished.run(...params).changes;
    return this.writer.submit({ apply, rows: limit, bytes: 0, isRefusable: false });
  }

  override oldestFinish(): Promise<EpochMs | undefined> {
    return this.database.read(() => {
      const oldest = this.sql.oldest.get(...FINISHED);
      return oldest && epochMs(Math.max(oldest.finishedAt, madeAt(oldest.runId)));
    });
  }

  override clear(): Promise<ClearedStep> {
    return this.writer.submit({
      apply: () => this.clearStep(),
      rows: STEP_ROWS,
      bytes: 0,
      isRefusable: false,
    });
  }

  override shrink(): Promise<boolean> {
    return this.writer.submit({
      apply: () => {
        const { handle } = this.database;
        handle.pragma(`incremental_vacuum(${STEP_PAGES})`);
        const isIncremental = handle.pragma('auto_vacuum', { simple: true }) === 2;
        return isIncremental && Number(handle.pragma('freelist_count', { simple: true })) > 0;
      },
      rows: STEP_PAGES,
      bytes: 0,
      isRefusable: false,
    });
  }

  private clearStep(): ClearedStep {
    let left = STEP_ROWS;
    const cleared = { runs: 0, events: 0, artifacts: 0 };
    for (const { runId } of this.sql.marked.all(STEP_ROWS)) {
      const events = this.sql.deleteEvents.run(runId, runId, left).changes;
      left -= events;
      cleared.events += events;
      for (
        let file = this.sql.artifact.get(runId);
        left > 0 && file !== undefined;
        file = this.sql.artifact.get(runId)
      ) {
        this.sql.deleteArtifact.run(runId, file.name);
        left -= fileRows(file.bytes);
        cleared.artifacts += 1;
      }
      if (left <= 0) return { ...cleared, hasMore: true };
      left -= 1 + this.sql.deleteLabels.run(runId).changes;
      this.sql.deleteRun.run(runId);
      cleared.runs += 1;
    }
    return { ...cleared, hasMore: cleared.runs === STEP_ROWS };
  }
}

/** Prepared once, for the life of the process. */
function prepareStatements(database: SqliteDatabase) {
  // The plus keeps the index on the status out of it, which would sort all finished runs to find the oldest.
  const finished = `+status IN (${FINISHED.map(() => '?').join(', ')}) AND deleted_at IS NULL`;
  const mark = database.prepare<unknown[]>(`UPDATE runs SET deleted_at = ? WHERE ${RUN_OF_NAMESPACE} AND ${finished}`);
  const status = database.prepare<[RunId, Namespace], { readonly status: RunStatus }>(
    `SELECT status FROM runs WHERE ${RUN_OF_NAMESPACE} AND deleted_at IS NULL`,
  );
  // In the order of ids, which is that of creation: the search ends where runs are too young to have finished before. One
  // whose end lies before its beginning, because the clock was set back, is found when its beginning is old enough.
  const markFinished = database.prepare<unknown[]>(
    `UPDATE runs SET deleted_at = ? WHERE run_id IN
       (SELECT run_id FROM runs WHERE run_id < ? AND finished_at < ? AND ${finished} ORDER BY run_id LIMIT ?)`,
  );
  const oldest = database.prepare<RunStatus[], { readonly runId: RunId; readonly finishedAt: EpochMs }>(
    `SELECT run_id AS "runId", finished_at AS "finishedAt" FROM runs WHERE ${finished} ORDER BY run_id LIMIT 1`,
  );
  const marked = database.prepare<[number], { readonly runId: RunId }>(
    'SELECT run_id AS "runId" FROM runs WHERE deleted_at IS NOT NULL ORDER BY run_id LIMIT ?',
  );
  const deleteEvents = database.prepare<[RunId, RunId, number]>(
    'DELETE FROM run_events WHERE run_id = ? AND seq IN (SELECT seq FROM run_events WHERE run_id = ? ORDER BY seq LIMIT ?)',
  );
  const artifact = database.prepare<[RunId], Artifact>('SELECT name, bytes FROM artifacts WHERE run_id = ? LIMIT 1');
  const deleteArtifact = database.prepare<[RunId, string]>('DELETE FROM artifacts WHERE run_id = ? AND name = ?');
  const deleteLabels = database.prepare<[RunId]>('DELETE FROM run_labels WHERE run_id = ?');
  const deleteRun = database.prepare<[RunId]>('DELETE FROM runs WHERE run_id = ?');
  return {
    mark,
    status,
    markFinished,
    oldest,
    marked,
    deleteEvents,
    artifact,
    deleteArtifact,
    deleteLabels,
    deleteRun,
  };
}
