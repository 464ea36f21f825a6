import type { GraphPlan, RunId, RunState } from './core/index.js';

/** A run as its journal tells it. */
export interface FoldedRun {
  readonly plan: GraphPlan;
  /** Read only: it is shared. */
  readonly state: RunState;
}
