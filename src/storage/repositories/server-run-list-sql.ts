import type { DialectName } from '../database-url.js';
import type { RunListDialect } from './run-list-sql.js';

/** The subquery is asked once: of a graph in another namespace no run is looked at. */
const OF_GRAPH = ['r.graph_id = (SELECT g.graph_id FROM graphs g WHERE g.graph_id = ? AND g.namespace = ?)'];

/** Servers read a part of a UNION to its end, unless it has a limit of its own. */
const union: RunListDialect['union'] = ({ sql, params }, limit) => ({
  sql: `(${sql} ORDER BY r.run_id DESC LIMIT ?)`,
  params: [...params, limit],
});

/** How servers find the runs of a page. */
export const SERVER_RUN_LISTS: Readonly<Record<DialectName, RunListDialect>> = {
  postgres: {
    byStatus: 'runs r',
    ofGraph: { from: 'runs r', conditions: OF_GRAPH },
    // OFFSET keeps PostgreSQL from beginning with the runs.
    labelled: 'run_labels l CROSS JOIN LATERAL (SELECT * FROM runs WHERE runs.run_id = l.run_id OFFSET 0) r',
    union,
  },
  mysql: {
    byStatus: 'runs r FORCE INDEX (runs_status)',
    ofGraph: { from: 'runs r FORCE INDEX (runs_graph)', conditions: OF_GRAPH },
    labelled: 'run_labels l FORCE INDEX (PRIMARY) STRAIGHT_JOIN runs r FORCE INDEX (PRIMARY)',
    union,
  },
};
