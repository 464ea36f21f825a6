import type { SecurityConfig } from '../../config/index.js';

/** What is counted apart: requests that start runs, that read, all others, and those without a valid key. */
export const POLICIES = ['runs', 'reads', 'writes', 'authentication'] as const;
export type Policy = (typeof POLICIES)[number];

/** All limits are per minute. */
export const WINDOW_SEC = 60;

/** How many reads there may be for each write when nothing is said about them: pages and clients read far more than they write. */
const READS_PER_WRITE = 10;

const UNCOUNTED = /^\/(?:health|docs|openapi\.(?:json|yaml))(?:\/|$)/i;
const STARTS_RUN = /^\/runs(?:\/[^/]+\/retry)?\/?$/i;

/** The policy that a request falls under; undefined for probes and for the documentation. */
export function policyOf(method: string, path: string): Exclude<Policy, 'authentication'> | undefined {
  if (method === 'GET' || method === 'HEAD') return UNCOUNTED.test(path) ? undefined : 'reads';
  return method === 'POST' && STARTS_RUN.test(path) ? 'runs' : 'writes';
}

type Limits = Pick<
  SecurityConfig,
  'rateLimitPerMinute' | 'rateLimitRunsPerMinute' | 'rateLimitReadsPerMinute' | 'authFailuresPerMinute'
>;

/** How many requests a policy allows per minute; 0 for any number. */
export function limitOf(policy: Policy, limits: Limits): number {
  switch (policy) {
    case 'runs':
      return limits.rateLimitRunsPerMinute ?? limits.rateLimitPerMinute;
    case 'reads':
      return limits.rateLimitReadsPerMinute ?? limits.rateLimitPerMinute * READS_PER_WRITE;
    case 'writes':
      return limits.rateLimitPerMinute;
    case 'authentication':
      return limits.authFailuresPerMinute;
  }
}
