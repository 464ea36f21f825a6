/** Progress of a run that has not succeeded yet, 0 to 99: the share of its nodes that have ended, rounded down. */
export function progressOf(ended: number, nodes: number): number {
  return Math.min(99, Math.floor((100 * ended) / nodes));
}
