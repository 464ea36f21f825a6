import { ChoiceKey, FlagKey, IntegerKey, ListKey, TextKey } from '../schema/keys.js';
import { type TrustProxy, TrustProxyKey } from '../schema/trust-proxy-key.js';

export const RATE_LIMIT_STORES = ['memory', 'redis'] as const;
export type RateLimitStoreKind = (typeof RATE_LIMIT_STORES)[number];

const MOST_PER_MINUTE = 1_000_000;

/** `SECURITY__…` */
export class SecurityConfig {
  @TextKey('API_KEY', {
    maxLength: 512,
    pattern: /^[\x21-\x7e]+$/,
    takes: '1 to 512 visible ASCII characters without spaces',
    secret: true,
    description:
      'The key that callers send as X-API-Key or as a Bearer token. Without it the API is open, which staging and production refuse.',
  })
  readonly apiKey?: string = undefined;

  @ListKey('CORS_ORIGINS', {
    pattern: /^(?:\*|https?:\/\/[^/\s?#@]+)$/,
    takes: 'a JSON array of origins such as ["https://app.example.com"], or ["*"]',
    description: 'Web origins whose pages may call the API.',
  })
  readonly corsOrigins: readonly string[] = [];

  @FlagKey('CORS_ALLOW_CREDENTIALS', {
    description: 'Whether those pages may send cookies and authorization; refused together with the origin *.',
  })
  readonly corsAllowCredentials: boolean = true;

  @IntegerKey('RATE_LIMIT_PER_MINUTE', {
    min: 0,
    max: MOST_PER_MINUTE,
    unit: 'requests',
    description:
      'Requests per minute that each key may send, or each address where no key is asked for, beside those that the two keys below count; 0 counts nothing.',
    defaultNote: '0 in testing',
  })
  readonly rateLimitPerMinute: number = 60;

  @IntegerKey('RATE_LIMIT_RUNS_PER_MINUTE', {
    min: 0,
    max: MOST_PER_MINUTE,
    unit: 'requests',
    description:
      'The same for requests that start or retry a run; without it as many as SECURITY__RATE_LIMIT_PER_MINUTE.',
  })
  readonly rateLimitRunsPerMinute?: number = undefined;

  @IntegerKey('RATE_LIMIT_READS_PER_MINUTE', {
    min: 0,
    max: MOST_PER_MINUTE,
    unit: 'requests',
    description: 'The same for GET and HEAD; without it ten times SECURITY__RATE_LIMIT_PER_MINUTE.',
  })
  readonly rateLimitReadsPerMinute?: number = undefined;

  @ChoiceKey('RATE_LIMIT_STORE', RATE_LIMIT_STORES, {
    description:
      'Where requests are counted: memory counts for each process alone, redis for all processes that share CACHE__REDIS_URL.',
  })
  readonly rateLimitStore: RateLimitStoreKind = 'memory';

  @IntegerKey('AUTH_FAILURES_PER_MINUTE', {
    min: 0,
    max: MOST_PER_MINUTE,
    unit: 'requests',
    description:
      'Requests without a valid key that an address may send per minute; beyond it, only keys that were used from there before are let in. 0 counts nothing.',
    defaultNote: '0 in testing',
  })
  readonly authFailuresPerMinute: number = 10;

  @IntegerKey('MAX_STREAMS_PER_KEY', {
    min: 0,
    max: MOST_PER_MINUTE,
    unit: 'streams',
    description:
      'Event streams that each key, or each address where no key is asked for, may have open at once; 0 sets no bound.',
  })
  readonly maxStreamsPerKey: number = 100;

  @TrustProxyKey('TRUST_PROXY', {
    description:
      'The proxies in front of the service: without it X-Forwarded-For is not read, and all clients behind a proxy share its address.',
  })
  readonly trustProxy: TrustProxy = false;

  @FlagKey('HTTP_ALLOW_PRIVATE', {
    description: 'Whether agents may call loopback, private and link-local addresses.',
    defaultNote: 'true in development and testing',
  })
  readonly httpAllowPrivate: boolean = false;

  @ListKey('HTTP_ALLOWED_HOSTS', {
    pattern: /^(?:\*\.)?(?:[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?|\[[0-9A-Fa-f:.]+\])(?::[1-9]\d{0,4})?$/,
    takes: 'a JSON array of host, host:port or *.suffix',
    description:
      'When not empty, the only hosts that agents may call; entries win over the ban on private addresses. Example: ["api.example.com", "localhost:9000", "*.internal.example"].',
  })
  readonly httpAllowedHosts: readonly string[] = [];
}
