import {
  type GraphPlan,
  type RunState,
  encodeRunError,
  isTerminalRun,
  resultOf,
  summariseNodes,
} from '../core/index.js';
import type { RunProgress, RunProjection } from '../../storage/index.js';

/** What the row knew before. */
export type ProjectedBefore = Pick<RunState, 'status' | 'epoch'>;

/** The part of the run's row that follows from its state; a finished run's row holds all that a client asks for. */
export function projectRun(plan: GraphPlan, state: RunState, before: ProjectedBefore): RunProjection | RunProgress {
  // All the rest changes with the status or the owner alone.
  if (state.status === before.status && state.epoch === before.epoch) return { progress: state.progress };
  const isOver = isTerminalRun(state.status);
  return {
    status: state.status,
    progress: state.progress,
    epoch: state.epoch,
    startedAt: state.startedAt,
    finishedAt: state.finishedAt,
    resultJson: state.status === 'SUCCESS' ? JSON.stringify(resultOf(plan, state)) : null,
    errorJson: state.error === null ? null : JSON.stringify(encodeRunError(state.error)),
    nodesJson: isOver ? JSON.stringify(summariseNodes(plan, state)) : null,
  };
}
