/** How long repeated attempts wait. */
export interface BackoffOptions {
  /** Wait before the second attempt, in milliseconds; doubled each time. */
  readonly baseMs: number;
  /** No wait is longer than that, in milliseconds. */
  readonly maxMs: number;
}

/**
 * Milliseconds to wait after `failures` failed attempts in a row: exponential, half of it random, so that clients which
 * failed together do not come back together.
 */
export function backoffMs(failures: number, { baseMs, maxMs }: BackoffOptions, random: () => number): number {
  const whole = Math.min(maxMs, baseMs * 2 ** (failures - 1));
  return whole / 2 + (whole / 2) * random();
}

/** A `Retry-After` header (RFC 9110: seconds or a date) as milliseconds from `now`; undefined if it says nothing. */
export function retryAfterMs(headers: Headers, now: number): number | undefined {
  const text = headers.get('Retry-After')?.trim();
  if (text === undefined || text === '') return undefined;
  if (/^\d+$/.test(text)) return Number(text) * 1_000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
