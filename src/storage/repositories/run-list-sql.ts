import { encodeTime } from 'ulid';
import { type EpochMs, type GraphId, type Namespace, RUN_STATUSES, epochMs } from '../../executor/core/index.js';
import type { RunListQuery } from './run.repository.js';

/** The largest time that a ULID can hold. */
const MAX_ULID_TIME = 2 ** 48 - 1;
/** How far the time in a run's id may be from the time of its creation: the two come from different clocks. */
const ID_SLACK_MS = 24 * 60 * 60 * 1_000;

interface Query {
  readonly sql: string;
  readonly params: readonly (string | number)[];
}

/** What keeps a database on the indexes that have the runs of a page in their order, whatever it believes to be faster. */
export interface RunListDialect {
  /** Runs `r`, by the index on the status. */
  readonly byStatus: string;
  /** Runs `r` of a graph, none where the graph is of another namespace. */
  readonly ofGraph: (graphId: GraphId, namespace: Namespace) => Pick<Source, 'from' | 'conditions' | 'params'>;
  /** Labels `l`, and then the run `r` of each. */
  readonly labelled: string;
  /** A query for the ids of runs `r`, as it stands in a UNION with others of which the first `limit` are wanted. */
  readonly union: (part: Query, limit: number) => Query;
}

/** SQLite merges the parts of a page as far as the limit. CROSS JOIN keeps it from beginning with the table on its right. */
const SQLITE: RunListDialect = {
  byStatus: 'runs r',
  // The plus keeps SQLite on the key of the graphs, of which it knows that it finds a single one.
  ofGraph: (graphId, namespace) => ({
    from: 'graphs g CROSS JOIN runs r',
    conditions: ['g.graph_id = ?', '+g.namespace = ?', 'r.graph_id = g.graph_id'],
    params: [graphId, namespace],
  }),
  labelled: 'run_labels l CROSS JOIN runs r',
  union: (part) => part,
};

/** Rows in the order of run ids, as an index has them. */
interface Source {
  readonly from: string;
  readonly runId: string;
  readonly conditions: readonly string[];
  readonly params: Query['params'];
}

/**
 * The ids of the runs of a page, newest first. Whatever the filters, indexes give the runs of the namespace in the order of
 * their ids, so that the limit ends the search; `createdAfter` ends it where the ids become too old.
 */
export function runListSql(namespace: Namespace, query: RunListQuery, dialect = SQLITE): Query {
  const parts = sourcesOf(namespace, query, dialect).map((source) => filtered(source, namespace, query));
  const selects = parts.length === 1 ? parts : parts.map((part) => dialect.union(part, query.limit));
  return {
    sql: `${selects.map(({ sql }) => sql).join(' UNION ALL ')} ORDER BY "runId" DESC LIMIT ?`,
    params: [...selects.flatMap(({ params }) => params), query.limit],
  };
}

function sourcesOf(
  namespace: Namespace,
  { labels: [label] = [], graphId, statuses }: RunListQuery,
  dialect: RunListDialect,
): Source[] {
  if (label !== undefined) {
    const conditions = ['l.namespace = ?', 'l."key" = ?', 'l.value = ?', 'r.run_id = l.run_id'];
    return [{ from: dialect.labelled, runId: 'l.run_id', conditions, params: [namespace, ...label] }];
  }
  // All runs of a graph are of one namespace, and of another one none is looked at.
  if (graphId !== undefined) return [{ ...dialect.ofGraph(graphId, namespace), runId: 'r.run_id' }];
  // One index has the runs of each status in order.
  return [...new Set(statuses ?? RUN_STATUSES)].map((status) => ({
    from: dialect.byStatus,
    runId: 'r.run_id',
    conditions: ['r.status = ?', 'r.namespace = ?'],
    params: [status, namespace],
  }));
}

function filtered(source: Source, namespace: Namespace, query: RunListQuery): Query {
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
    where('r.created_at > ?', Math.floor(createdAfter));
  }
  return { sql: `SELECT ${runId} AS "runId" FROM ${source.from} WHERE ${conditions.join(' AND ')}`, params };
}

/** Not above the id of any run that was created after `time`. */
function earliestRunId(time: EpochMs): string {
  const earliest = epochMs(Math.min(MAX_ULID_TIME, Math.max(0, Math.floor(time) - ID_SLACK_MS)));
  return `r_${encodeTime(earliest, 10).toLowerCase()}`;
}
