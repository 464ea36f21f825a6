import { type Policy, WINDOW_SEC } from './policy.js';
import type { Window } from './rate-limit-store.js';

/**
 * `RateLimit-Policy` and `RateLimit` of draft-ietf-httpapi-ratelimit-headers-10: the quota `q` of a window of `w` seconds;
 * how much remains (`r`), and the seconds (`t`) until all of it is there again.
 */
export function rateLimitHeaders(policy: Policy, limit: number, window: Window): { policy: string; state: string } {
  return {
    policy: `"${policy}";q=${limit};w=${WINDOW_SEC}`,
    state: `"${policy}";r=${Math.max(0, limit - window.used)};t=${secondsUntilReset(window)}`,
  };
}

/** Whole seconds, at least one: whoever comes back then finds a new window. */
export function secondsUntilReset({ resetsInMs }: Window): number {
  return Math.max(1, Math.ceil(resetsInMs / 1_000));
}
