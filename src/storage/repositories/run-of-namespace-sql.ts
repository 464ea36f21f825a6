/**
 * Finds the run with an id, if it is of a namespace: takes the two. The namespace in the row stands behind its result, a large
 * one of which would be read to get there, so its graph is asked: that costs the same whatever the run holds. The graph is asked
 * for a value, not whether it EXISTS: of that SQLite makes a join, which it plans anew for every value that is bound, and
 * planning takes five times as long as finding the run.
 */
export const RUN_OF_NAMESPACE =
  'run_id = ? AND (SELECT graphs.namespace FROM graphs WHERE graphs.graph_id = runs.graph_id) = ?';
