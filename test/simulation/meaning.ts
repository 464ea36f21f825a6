import type { RunState } from '../../src/executor/core/index.js';

/** What the journal determines: all but the queues that a live run keeps for itself and what its owner
 * told it of itself. */
export function meaningOf(state: RunState): unknown {
  const { undecided, ready, deadlines, settledPhase, draining, conditionFaults, ...others } = state;
  const { admitted, held, holdsSuspects, ...rest } = others;
  void [undecided, ready, deadlines, settledPhase, draining, admitted, held, holdsSuspects];
  return { ...rest, faults: conditionFaults.size };
}
