/**
 * The wait that a Retry-After header asks for, in milliseconds from `now`: seconds or an HTTP date, never negative.
 * Undefined when it is absent or neither.
 */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  const value = header?.trim() ?? '';
  if (/^\d{1,10}$/.test(value)) return Number(value) * 1_000;
  const at = /^[A-Z][a-z]+,? .*\d{2}:\d{2}:\d{2}/.test(value) ? Date.parse(asUtc(value)) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

/** The oldest of the three forms of an HTTP date does not say that it is UTC. */
function asUtc(date: string): string {
  return date.endsWith('GMT') ? date : `${date} GMT`;
}
