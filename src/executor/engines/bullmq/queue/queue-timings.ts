/** How long a job stays with a worker that shows no sign of life, and how soon that is noticed; in milliseconds. */
export interface QueueTimings {
  readonly lockMs: number;
  readonly renewMs: number;
  readonly stalledCheckMs: number;
}

/** A lock is renewed this often while it lasts. */
const RENEWALS = 3;

export function queueTimings(lockSec: number, stalledCheckSec: number): QueueTimings {
  const lockMs = Math.round(lockSec * 1_000);
  return { lockMs, renewMs: Math.round(lockMs / RENEWALS), stalledCheckMs: Math.round(stalledCheckSec * 1_000) };
}

/**
 * The longest that the job of a worker which was killed waits to be given to another. At worst the lock was renewed in the
 * moment of the death, and the worker that checks had just checked when it ran out; a job is first marked by one check and
 * then moved by a later one, and the check in which the death falls may have been that of the dead worker, which makes the
 * next one late by a whole interval.
 */
export function longestTakeoverMs({ lockMs, stalledCheckMs }: QueueTimings): number {
  return Math.max(lockMs + stalledCheckMs, 3 * stalledCheckMs);
}
