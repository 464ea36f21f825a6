import type { DialectName } from '../database-url.js';
import type { RunListDialect } from './run-list-sql.js';

/** The graph is asked once, before any run is looked at. */
const ofGraph =
  (from: string): RunListDialect['ofGraph'] =>
  (graphId, namespace) => ({
    from,
    conditions: ['r.graph_id = ?', '(SELECT g.namespace FROM graphs g WHERE g.graph_id = ?) = ?'],
    params: [graphId, graphId, namespace],
  });

/** Servers read a part of a UNION to its end, unless it has a limit of its own. */
const union: RunListDialect['union'] = ({ sql, params }, limit) => ({
  sql: `(${sql} ORDER BY r.run_id DESC LIMIT ?)`,
  params: [...params, limit],
});

/** How servers find the runs of a page. */
export const SERVER_RUN_LISTS: Readonly<Record<DialectName, RunListDialect>> = {
  postgres: {
    byStatus: 'runs r',
    ofGraph: ofGraph('runs r'),
    // OFFSET keeps PostgreSQL from beginning with the runs.
    labelled: 'run_labels l CROSS JOIN LATERAL (SELECT * FROM runs WHERE runs.run_id = l.run_id OFFSET 0) r',
    union,
  },
  mysql: {
    byStatus: 'runs r FORCE INDEX (runs_status)',
    ofGraph: ofGraph('runs r FORCE INDEX (runs_graph)'),
    labelled: 'run_labels l FORCE INDEX (PRIMARY) STRAIGHT_JOIN runs r FORCE INDEX (PRIMARY)',
    union,
  },
};
