import type { EventRow, Evidence } from '../../support/evidence.js';

/** A process was killed that held these runs. */
export interface Death {
  /** Wall time in ms. */
  readonly at: number;
  readonly held: readonly string[];
}

/** A run that went on elsewhere. */
export interface Takeover {
  readonly runId: string;
  /** From the death of its process to the first event of the next one. */
  readonly ms: number;
}

const OF_NEXT_OWNER = ['run.recovered', 'run.started'];

/**
 * How long the runs of processes that died waited for another one. Those during whose wait another process died are left out:
 * it may have been the one that had just got them.
 */
export function takeoversAfter(deaths: readonly Death[], { events }: Evidence): Takeover[] {
  return deaths.flatMap(({ at, held }) =>
    held.flatMap((runId) => {
      const next = events.find((event) => event.run_id === runId && event.ts > at && isOfNextOwner(event));
      const isUndisturbed = (end: number): boolean => !deaths.some((other) => other.at > at && other.at < end);
      return next !== undefined && isUndisturbed(next.ts) ? [{ runId, ms: next.ts - at }] : [];
    }),
  );
}

const isOfNextOwner = ({ type }: EventRow): boolean => OF_NEXT_OWNER.includes(type);

/** The value below which that share of `values` lies; 0 if there are none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}
