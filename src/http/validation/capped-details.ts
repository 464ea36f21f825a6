import type { ProblemDetail } from '../problem/index.js';

/** More than this help nobody and make the answer large. */
const MOST_DETAILS = 100;

/** The first 100 details, and a note on how many were left out. */
export function capDetails(details: readonly ProblemDetail[]): readonly ProblemDetail[] {
  if (details.length <= MOST_DETAILS) return details;
  const message = `${details.length - MOST_DETAILS} more faults are not listed`;
  return [...details.slice(0, MOST_DETAILS), { code: 'more-faults', message }];
}

/** `1 fault` or `n faults`. */
export function countOfFaults(count: number): string {
  return count === 1 ? '1 fault' : `${count} faults`;
}
