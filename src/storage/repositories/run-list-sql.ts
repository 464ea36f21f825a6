import { encodeTime } from 'ulid';
import { type EpochMs, epochMs } from '../../executor/core/index.js';
import type { RunListQuery } from './run.repository.js';

/** The largest time that a ULID can hold. */
const MAX_ULID_TIME = 2 ** 48 - 1;
/** How far the time in a run's id may be from the time of its creation: the two come from different clocks. */
const ID_SLACK_MS = 24 * 60 * 60 * 1_000;

/**
 * The ids of the runs of a page, newest first. Whatever the filters, an index gives the runs in the order of their ids, so
 * that the limit ends the search; `createdAfter` ends it where the ids become too old.
 */
export function runListSql(query: RunListQuery): {
  readonly sql: string;
  readonly params: readonly (string | number)[];
} {
  const { limit, before, statuses, graphId, labels = [], createdAfter } = query;
  const [label, ...otherLabels] = labels;
  // The rows of one label are in the order of run ids; CROSS JOIN keeps SQLite from beginning with `runs` instead.
  const from = label === undefined ? 'runs r' : 'run_labels l CROSS JOIN runs r';
  const runId = label === undefined ? 'r.run_id' : 'l.run_id';

  const conditions = ['r.deleted_at IS NULL'];
  const params: (string | number)[] = [];
  const where = (condition: string, ...values: readonly (string | number)[]): void => {
    conditions.push(condition);
    params.push(...values);
  };
  if (label !== undefined) where('l."key" = ? AND l.value = ? AND r.run_id = l.run_id', ...label);
  for (const other of otherLabels) {
    where('EXISTS (SELECT 1 FROM run_labels o WHERE o."key" = ? AND o.value = ? AND o.run_id = r.run_id)', ...other);
  }
  if (before !== undefined) where(`${runId} < ?`, before);
  if (graphId !== undefined) where('r.graph_id = ?', graphId);
  if (statuses !== undefined) where(`r.status IN (${statuses.map(() => '?').join(', ')})`, ...statuses);
  if (createdAfter !== undefined) {
    where(`${runId} >= ?`, earliestRunId(createdAfter));
    where('r.created_at > ?', createdAfter);
  }
  return {
    sql: `SELECT ${runId} AS "runId" FROM ${from} WHERE ${conditions.join(' AND ')} ORDER BY ${runId} DESC LIMIT ?`,
    params: [...params, limit],
  };
}

/** Not above the id of any run that was created after `time`. */
function earliestRunId(time: EpochMs): string {
  const earliest = epochMs(Math.min(MAX_ULID_TIME, Math.max(0, Math.floor(time) - ID_SLACK_MS)));
  return `r_${encodeTime(earliest, 10).toLowerCase()}`;
}
