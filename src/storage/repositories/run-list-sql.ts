import { encodeTime } from 'ulid';
import { type EpochMs, type Namespace, RUN_STATUSES, epochMs } from '../../executor/core/index.js';
import type { RunListQuery } from './run.repository.js';

/** The largest time that a ULID can hold. */
const MAX_ULID_TIME = 2 ** 48 - 1;
/** How far the time in a run's id may be from the time of its creation: the two come from different clocks. */
const ID_SLACK_MS = 24 * 60 * 60 * 1_000;

/** Rows in the order of run ids, as an index has them. */
interface Source {
  readonly from: string;
  readonly runId: string;
  readonly conditions: readonly string[];
  readonly params: readonly (string | number)[];
}

/**
 * The ids of the runs of a page, newest first. Whatever the filters, indexes give the runs of the namespace in the order of
 * their ids, so that the limit ends the search; `createdAfter` ends it where the ids become too old.
 */
export function runListSql(
  namespace: Namespace,
  query: RunListQuery,
): { readonly sql: string; readonly params: readonly (string | number)[] } {
  const parts = sourcesOf(namespace, query).map((source) => filtered(source, namespace, query));
  return {
    sql: `${parts.map(({ sql }) => sql).join(' UNION ALL ')} ORDER BY "runId" DESC LIMIT ?`,
    params: [...parts.flatMap(({ params }) => params), query.limit],
  };
}

/** CROSS JOIN keeps SQLite from beginning with the table on its right. */
function sourcesOf(namespace: Namespace, { labels: [label] = [], graphId, statuses }: RunListQuery): Source[] {
  if (label !== undefined) {
    const conditions = ['l.namespace = ?', 'l."key" = ?', 'l.value = ?', 'r.run_id = l.run_id'];
    return [{ from: 'run_labels l CROSS JOIN runs r', runId: 'l.run_id', conditions, params: [namespace, ...label] }];
  }
  if (graphId !== undefined) {
    // All runs of a graph are of one namespace, and of another one none is looked at. The plus keeps SQLite on the key of the
    // graphs, of which it knows that it finds a single one.
    const conditions = ['g.graph_id = ?', '+g.namespace = ?', 'r.graph_id = g.graph_id'];
    return [{ from: 'graphs g CROSS JOIN runs r', runId: 'r.run_id', conditions, params: [graphId, namespace] }];
  }
  // One index has the runs of each status in order; SQLite merges them as far as the limit.
  return [...new Set(statuses ?? RUN_STATUSES)].map((status) => ({
    from: 'runs r',
    runId: 'r.run_id',
    conditions: ['r.status = ?', 'r.namespace = ?'],
    params: [status, namespace],
  }));
}

function filtered(source: Source, namespace: Namespace, query: RunListQuery) {
  const { before, statuses, graphId, labels: [label, ...otherLabels] = [], createdAfter } = query;
  const { runId } = source;
  const conditions = [...source.conditions, 'r.deleted_at IS NULL'];
  const params = [...source.params];
  const where = (condition: string, ...values: readonly (string | number)[]): void => {
    conditions.push(condition);
    params.push(...values);
  };
  for (const other of otherLabels) {
    const isSame = 'o.namespace = ? AND o."key" = ? AND o.value = ? AND o.run_id = r.run_id';
    where(`EXISTS (SELECT 1 FROM run_labels o WHERE ${isSame})`, namespace, ...other);
  }
  if (before !== undefined) where(`${runId} < ?`, before);
  if (label !== undefined && graphId !== undefined) where('r.graph_id = ?', graphId);
  if (statuses !== undefined && (label !== undefined || graphId !== undefined)) {
    where(`r.status IN (${statuses.map(() => '?').join(', ')})`, ...statuses);
  }
  if (createdAfter !== undefined) {
    where(`${runId} >= ?`, earliestRunId(createdAfter));
    where('r.created_at > ?', createdAfter);
  }
  return { sql: `SELECT ${runId} AS "runId" FROM ${source.from} WHERE ${conditions.join(' AND ')}`, params };
}

/** Not above the id of any run that was created after `time`. */
function earliestRunId(time: EpochMs): string {
  const earliest = epochMs(Math.min(MAX_ULID_TIME, Math.max(0, Math.floor(time) - ID_SLACK_MS)));
  return `r_${encodeTime(earliest, 10).toLowerCase()}`;
}
