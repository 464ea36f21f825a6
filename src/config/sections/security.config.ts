import { API_KEY_FIELDS, type ApiKeyEntry, apiKeyEntries } from '../schema/api-key-entries.js';
import { ChoiceKey, EntriesKey, FlagKey, IntegerKey, ListKey, NumberKey, TextKey } from '../schema/keys.js';
import { type TrustProxy, TrustProxyKey } from '../schema/trust-proxy-key.js';

export const JWT_ALGORITHMS = ['HS256', 'RS256', 'ES256'] as const;
export type JwtAlgorithm = (typeof JWT_ALGORITHMS)[number];

export const RATE_LIMIT_STORES = ['memory', 'redis'] as const;
export type RateLimitStoreKind = (typeof RATE_LIMIT_STORES)[number];

const MOST_PER_MINUTE = 1_000_000;

const HOST_ENTRIES = {
  pattern: /^(?:\*\.)?(?:[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?|\[[0-9A-Fa-f:.]+\])(?::[1-9]\d{0,4})?$/,
  takes: 'a JSON array of host, host:port or *.suffix',
};

/** `SECURITY__…` */
export class SecurityConfig {
  @TextKey('API_KEY', {
    maxLength: 512,
    pattern: /^[\x21-\x7e]+$/,
    takes: '1 to 512 visible ASCII characters without spaces',
    secret: true,
    description:
      'The key that callers send as X-API-Key or as a Bearer token; it may do everything. Without any of API_KEY, API_KEYS, JWT_SECRET and JWT_JWKS_URL the API is open, which staging and production refuse.',
  })
  readonly apiKey?: string = undefined;

  @EntriesKey('API_KEYS', {
    schema: apiKeyEntries,
    fields: API_KEY_FIELDS,
    secret: true,
    description:
      'Further keys, each by its SHA-256 in hexadecimal, with what it may do: [{"name":"ci","key_sha256":"…","scopes":["runs:write"],"namespace":"default"}]. Without a namespace it is default.',
  })
  readonly apiKeys: readonly ApiKeyEntry[] = [];

  @TextKey('JWT_SECRET', {
    maxLength: 1024,
    pattern: /^[\x21-\x7e]{32,}$/,
    takes: '32 to 1024 visible ASCII characters without spaces',
    secret: true,
    description:
      'Signs the tokens of POST /auth/token, and checks those of others while JWT_ALGORITHM is HS256. All processes of a service share it.',
  })
  readonly jwtSecret?: string = undefined;

  @ChoiceKey('JWT_ALGORITHM', JWT_ALGORITHMS, {
    description: 'How tokens of others are signed: HS256 with JWT_SECRET, RS256 and ES256 with a key of JWT_JWKS_URL.',
  })
  readonly jwtAlgorithm: JwtAlgorithm = 'HS256';

  @NumberKey('JWT_EXPIRATION_HOURS', {
    min: 0.01,
    max: 8760,
    unit: 'hours',
    description: 'How long a token of POST /auth/token may live at most.',
  })
  readonly jwtExpirationHours: number = 24;

  @TextKey('JWT_JWKS_URL', {
    maxLength: 2048,
    pattern: /^https?:\/\/[^\s/?#@]+(?:\/[^\s#@]*)?$/,
    takes: 'an https URL without a user name or a fragment',
    description: 'Where the identity provider publishes the keys that check its tokens (a JSON Web Key Set).',
  })
  readonly jwtJwksUrl?: string = undefined;

  @TextKey('JWT_ISSUER', {
    maxLength: 2048,
    takes: '1 to 2048 characters',
    description: 'The `iss` that a token must have.',
  })
  readonly jwtIssuer?: string = undefined;

  @TextKey('JWT_AUDIENCE', {
    maxLength: 2048,
    takes: '1 to 2048 characters',
    description: 'The `aud` that a token must have or hold.',
  })
  readonly jwtAudience?: string = undefined;

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
    reloadable: true,
    min: 0,
    max: MOST_PER_MINUTE,
    unit: 'requests',
    description:
      'Requests per minute that each key may send, or each address where no key is asked for, beside those that the two keys below count; 0 counts nothing.',
    defaultNote: '0 in testing',
  })
  readonly rateLimitPerMinute: number = 60;

  @IntegerKey('RATE_LIMIT_RUNS_PER_MINUTE', {
    reloadable: true,
    min: 0,
    max: MOST_PER_MINUTE,
    unit: 'requests',
    description:
      'The same for requests that start or retry a run; without it as many as SECURITY__RATE_LIMIT_PER_MINUTE.',
  })
  readonly rateLimitRunsPerMinute?: number = undefined;

  @IntegerKey('RATE_LIMIT_READS_PER_MINUTE', {
    reloadable: true,
    min: 0,
    max: MOST_PER_MINUTE,
    unit: 'requests',
    description: 'The same for GET and HEAD; without it ten times SECURITY__RATE_LIMIT_PER_MINUTE.',
  })
  readonly rateLimitReadsPerMinute?: number = undefined;

  @ChoiceKey('RATE_LIMIT_STORE', RATE_LIMIT_STORES, {
    description:
      'Where requests are counted: memory counts for each process alone, redis for all that share the one of CACHE__REDIS_URL, ' +
      'else of QUEUE__URL.',
  })
  readonly rateLimitStore: RateLimitStoreKind = 'memory';

  @IntegerKey('AUTH_FAILURES_PER_MINUTE', {
    reloadable: true,
    min: 0,
    max: MOST_PER_MINUTE,
    unit: 'requests',
    description:
      'Requests without a valid key that an address may send per minute; beyond it, only keys that were used from there before are let in. 0 counts nothing.',
    defaultNote: '0 in testing',
  })
  readonly authFailuresPerMinute: number = 10;

  @IntegerKey('MAX_STREAMS_PER_KEY', {
    reloadable: true,
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
    description:
      'Whether agents may call loopback, private and link-local addresses; the metadata services of clouds stay refused.',
    defaultNote: 'true in development and testing',
  })
  readonly httpAllowPrivate: boolean = false;

  @ListKey('HTTP_ALLOWED_HOSTS', {
    ...HOST_ENTRIES,
    description:
      'When not empty, the only hosts that agents may call; entries win over the ban on private addresses. Example: ["api.example.com", "localhost:9000", "*.internal.example"].',
  })
  readonly httpAllowedHosts: readonly string[] = [];

  @ListKey('HTTP_DENIED_HOSTS', {
    ...HOST_ENTRIES,
    description:
      'Hosts that agents may never call, also by a name that leads to a listed address; entries win over SECURITY__HTTP_ALLOWED_HOSTS.',
  })
  readonly httpDeniedHosts: readonly string[] = [];
}

/** Whether anything is configured by which callers are known; without it the API is open. */
export function hasCredentials({ apiKey, apiKeys, jwtSecret, jwtJwksUrl }: SecurityConfig): boolean {
  return apiKey !== undefined || apiKeys.length > 0 || jwtSecret !== undefined || jwtJwksUrl !== undefined;
}
