import type { RunState } from './run-state.js';

/** When the queue or the run clock runs out; null when none is ticking. A cancellation stops both. */
export function clockDeadline(state: RunState): number | null {
  if (state.cancelRequestedAt !== null || state.expired !== null) return null;
  // A retry that reuses everything has nothing left that could be late.
  if (state.startedAt === null && state.reused === state.nodes.length) return null;
  const { timeoutSec, expireIfNotStartedSec } = state.settings;
  const [from, limitSec] =
    state.startedAt === null ? [state.createdAt, expireIfNotStartedSec] : [state.startedAt, timeoutSec];
  return limitSec === undefined ? null : from + limitSec * 1_000;
}
