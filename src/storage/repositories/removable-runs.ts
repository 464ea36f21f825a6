import { decodeTime, encodeTime } from 'ulid';
import { type EpochMs, RUN_STATUSES, type RunId, isTerminalRun } from '../../executor/core/index.js';

/** What clearing a file costs in rows, on top of one for each page that it fills. */
const PAGE_BYTES = 4_096;

/** The states of runs that may be removed. */
export const FINISHED = RUN_STATUSES.filter(isTerminalRun);

/** At or below the id of every run that was made at `time` or later. */
export function firstRunIdOf(time: EpochMs): string {
  return `r_${encodeTime(Math.ceil(time), 10).toLowerCase()}`;
}

/** The time in the id of a run. */
export function madeAt(runId: RunId): number {
  return decodeTime(runId.slice('r_'.length).toUpperCase());
}

/** What clearing a file costs, in rows. */
export function fileRows(bytes: number): number {
  return 1 + Math.ceil(bytes / PAGE_BYTES);
}
