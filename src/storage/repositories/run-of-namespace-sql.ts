/**
 * Finds the run with an id, if it is of a namespace: takes the two. The namespace in the row stands behind its result, a large
 * one of which would be read to get there, so its graph is asked: that costs the same whatever the run holds.
 */
export const RUN_OF_NAMESPACE =
  'run_id = ? AND EXISTS (SELECT 1 FROM graphs WHERE graphs.graph_id = runs.graph_id AND graphs.namespace = ?)';
