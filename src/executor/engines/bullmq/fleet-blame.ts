import {
  type Blame,
  type EpochMs,
  type RunState,
  PROBATION_MS,
  chargedSuspects,
  nodeRecord,
  suspectsInFlight,
} from '../../core/index.js';
import type { FoldedRun } from '../../run-reader.js';

/** How often a node may be spared although its process died: a killer that takes its time is found in the end. */
const MAX_SPARED = 10;

export interface FleetBlameOptions {
  readonly now: EpochMs;
  /** The process died no longer ago than this, in milliseconds. */
  readonly diedWithinMs: number;
  /** Whether other unfinished runs have nodes that crashes have cut off often. */
  readonly hasOtherSuspects: () => Promise<boolean>;
}

/**
 * Whom to charge with the death of another process, as the journal of one of its runs tells: its suspects, and everybody if
 * it has none. A suspect that had survived its probation was most likely a bystander, if there are suspects elsewhere that may
 * have been let go after it.
 */
export async function fleetBlame({ plan, state }: FoldedRun, options: FleetBlameOptions): Promise<Blame> {
  const suspects = suspectsInFlight(plan, state);
  if (suspects.length === 0) return { kind: 'all' };
  const onProbation = suspects.filter(
    ({ startedAt }) => startedAt >= options.now - options.diedWithinMs - PROBATION_MS,
  );
  if (onProbation.length > 0) return charging(onProbation);
  if (wereSparedOften(state) || !(await options.hasOtherSuspects())) return charging(suspects);
  return { kind: 'suspects', nodeIds: new Set() };
}

function charging(suspects: ReturnType<typeof suspectsInFlight>): Blame {
  return { kind: 'suspects', nodeIds: new Set(chargedSuspects(suspects).map(({ nodeId }) => nodeId)) };
}

function wereSparedOften(state: RunState): boolean {
  for (const index of state.running) {
    const { interruptions, crashes } = nodeRecord(state, index);
    if (interruptions - crashes >= MAX_SPARED) return true;
  }
  return false;
}
