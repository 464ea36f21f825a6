import type { GraphPlan, PlanNode } from './compile.js';
import type { EpochMs } from './ids.js';
import { PROBATION_MS } from './suspect-queue.js';
import { type NodeRecord, type RunState, isSuspended, nodeRecord } from './run-state.js';

/** Crashes after which a node is suspected of causing them: one may hit anybody. */
export const SUSPECT_AFTER = 2;

/** True if crashes have cut the node's attempts off so often that it may be what kills the process. */
export function isSuspect({ crashes }: NodeRecord): boolean {
  return crashes >= SUSPECT_AFTER;
}

/** True if one more crash that is charged to the node fails it. */
export function isLastChance(state: RunState, { crashes }: NodeRecord): boolean {
  return crashes >= state.settings.maxInterruptions;
}

/** A suspect whose attempt was under way when the journal ended. */
export interface SuspectInFlight {
  readonly nodeId: string;
  /** When that attempt started. */
  readonly startedAt: EpochMs;
}

/** The suspects of a run that its process took down with it, or the other way round. */
export function suspectsInFlight(plan: GraphPlan, state: RunState): SuspectInFlight[] {
  const suspects: SuspectInFlight[] = [];
  for (const index of state.running) {
    const record = nodeRecord(state, index);
    if (!isSuspect(record) || isSuspended(record) || record.attemptStartedAt === null) continue;
    suspects.push({ nodeId: (plan.nodes[index] as PlanNode).definition.id, startedAt: record.attemptStartedAt });
  }
  return suspects;
}

/**
 * Those of all suspects in flight that a crash is charged to: the ones let go last. Whoever was let go before had survived
 * its probation: it was in flight, but had shown that it kills nothing.
 *
 * @param inFlight The suspects of all runs of the process that died.
 */
export function chargedSuspects<Suspect extends SuspectInFlight>(inFlight: readonly Suspect[]): readonly Suspect[] {
  const latestFirst = inFlight.toSorted((a, b) => b.startedAt - a.startedAt);
  const end = latestFirst.findIndex(({ startedAt }, index) => {
    const later = latestFirst[index - 1];
    return later !== undefined && later.startedAt - startedAt > COHORT_GAP_MS;
  });
  return end === -1 ? latestFirst : latestFirst.slice(0, end);
}

/** Suspects that were let go together start within moments; between two cohorts lies at least a probation. */
const COHORT_GAP_MS = PROBATION_MS / 2;
