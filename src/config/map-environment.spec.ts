import { ConfigError } from './config.errors.js';
import { mapEnvironment } from './map-environment.js';
import type { EnvironmentRecord } from './variables.js';

const configOf = (env: EnvironmentRecord) => mapEnvironment(env).config;

function faultLinesOf(env: EnvironmentRecord): string[] {
  try {
    mapEnvironment(env);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message.split('\n');
  }
}

const FLEET = {
  EXECUTION__ENGINE: 'bullmq',
  DATABASE__URL: 'postgres://db/wand',
  QUEUE__URL: 'redis://redis:6379',
};

describe('mapEnvironment', () => {
  it('gives the documented defaults when nothing is set', () => {
    expect(configOf({})).toMatchObject({
      environment: 'development',
      appName: 'Wand Orchestrator',
      debug: false,
      host: '0.0.0.0',
      port: 8000,
      shutdownGraceSec: 25,
      database: { url: 'sqlite:///./wand.db', connectionTimeout: 30, echoSql: false, synchronous: 'full' },
      security: { corsOrigins: [], corsAllowCredentials: true, httpAllowPrivate: false, httpAllowedHosts: [] },
      execution: {
        defaultTimeoutSec: 30,
        maxRetries: 3,
        defaultConcurrency: 5,
        maxConcurrency: 50,
        maxConcurrentRuns: 100,
        retryBaseDelay: 1,
        retryBackoffFactor: 2,
        retryMaxDelay: 60,
        retryJitter: 'equal',
        retryAfterMax: 900,
        cancelGraceSec: 5,
        maxInterruptions: 5,
        maxOutputBytes: 1_048_576,
        maxArtifactBytes: 16_777_216,
      },
      limits: { maxNodes: 10_000, maxEdges: 50_000, maxBodyBytes: 5_242_880, maxJsonDepth: 64 },
      logging: { level: 'INFO', jsonFormat: false, maxFileSizeMb: 100, backupCount: 5 },
      monitoring: { sseQueueSize: 1000, sseHeartbeatSec: 15, healthCheckInterval: 30 },
      plugins: { allowedEnv: [] },
    });
  });

  it('reads nested variables into the section they name', () => {
    const config = configOf({
      EXECUTION__MAX_RETRIES: '7',
      LOGGING__LEVEL: 'ERROR',
      MONITORING__SSE_HEARTBEAT_SEC: '0.5',
    });
    expect(config.execution.maxRetries).toBe(7);
    expect(config.logging.level).toBe('ERROR');
    expect(config.monitoring.sseHeartbeatSec).toBe(0.5);
  });

  it.each([
    ['true', true],
    ['TRUE', true],
    ['1', true],
    ['Yes', true],
    ['false', false],
    ['0', false],
    ['no', false],
  ])('reads %p as a flag', (text, expected) => {
    expect(configOf({ DEBUG: text }).debug).toBe(expected);
  });

  it.each(['0x10', '8000px', '1e3', '80.5', 'NaN', '١٢'])('does not take %p for a port', (text) => {
    expect(faultLinesOf({ PORT: text })).toEqual([`PORT: got "${text}", takes an integer from 0 to 65535`]);
  });

  it('takes numbers with an exponent where fractions are allowed', () => {
    expect(configOf({ EXECUTION__RETRY_BASE_DELAY: '2.5e-1' }).execution.retryBaseDelay).toBe(0.25);
  });

  it('reads lists as JSON', () => {
    const config = configOf({
      SECURITY__HTTP_ALLOWED_HOSTS: '["api.example.com","localhost:9000","*.corp","[::1]:80"]',
    });
    expect(config.security.httpAllowedHosts).toEqual(['api.example.com', 'localhost:9000', '*.corp', '[::1]:80']);
  });

  it.each(['a,b', '{"a":1}', '[1]', '["http://with-a-scheme"]', '["host:99999999"]'])(
    'refuses %p as a list of hosts',
    (text) => {
      expect(faultLinesOf({ SECURITY__HTTP_ALLOWED_HOSTS: text })).toEqual([
        expect.stringMatching(
          /^SECURITY__HTTP_ALLOWED_HOSTS: got .*takes a JSON array of host, host:port or \*\.suffix$/,
        ),
      ]);
    },
  );

  it.each(['sqlite:///./wand.db', 'sqlite:///wand.db', 'sqlite:////var/lib/wand.db', 'sqlite::memory:'])(
    'takes the database %p',
    (url) => {
      expect(configOf({ DATABASE__URL: url }).database.url).toBe(url);
    },
  );

  it.each(['sqlite://wand.db', 'sqlite:///', 'wand.db', 'mysql://db', 'redis://db/wand'])(
    'refuses the database %p',
    (url) => {
      expect(faultLinesOf({ DATABASE__URL: url })).toHaveLength(1);
    },
  );

  it('counts an empty value as not set', () => {
    expect(configOf({ PORT: ' ', SECURITY__API_KEY: '' })).toMatchObject({
      port: 8000,
      security: { apiKey: undefined },
    });
  });

  it('collects every fault, in the order of the schema', () => {
    expect(
      faultLinesOf({ LOGGING__LEVEL: 'LOUD', EXECUTION__MAX_RETRIES: '11', ENVIRONMENT: 'prod', DEBUG: 'maybe' }),
    ).toEqual([
      'ENVIRONMENT: got "prod", takes one of development, testing, staging, production',
      'DEBUG: got "maybe", takes true or false (also 1, 0, yes, no)',
      'EXECUTION__MAX_RETRIES: got "11", takes an integer from 0 to 10',
      'LOGGING__LEVEL: got "LOUD", takes one of DEBUG, INFO, WARNING, ERROR, CRITICAL',
    ]);
  });

  it('shows neither a secret nor a password in a fault', () => {
    const lines = faultLinesOf({
      SECURITY__API_KEY: 'my very own secret',
      DATABASE__URL: 'postgres://wand:s3cr/et@db.example.com/wand',
    }).join('\n');
    expect(lines).not.toMatch(/my very|s3cr/);
    expect(lines).toContain('SECURITY__API_KEY: got ********, takes');
    expect(lines).toContain('"postgres://********@db.example.com/wand"');
  });

  it('wants a maximum concurrency of at least the default one', () => {
    expect(faultLinesOf({ EXECUTION__MAX_CONCURRENCY: '3' })).toEqual([
      'EXECUTION__MAX_CONCURRENCY: got 3, takes at least EXECUTION__DEFAULT_CONCURRENCY (5)',
    ]);
  });

  it.each([
    ['false', false],
    ['no', false],
    ['0', false],
    ['1', 1],
    ['32', 32],
    ['["10.0.0.0/8","2001:db8::1","loopback"]', ['10.0.0.0/8', '2001:db8::1', 'loopback']],
  ])('trusts the proxies %s', (text, trustProxy) => {
    expect(configOf({ SECURITY__TRUST_PROXY: text }).security.trustProxy).toEqual(trustProxy);
  });

  it.each([
    'true',
    '33',
    '-1',
    '[]',
    '["0.0.0.0/0"]',
    '["10.0.0.0/33"]',
    '["::1/129"]',
    '["proxy"]',
    '["fe80::1%eth0"]',
    '10.0.0.1',
  ])('trusts no proxy %s', (text) => {
    expect(faultLinesOf({ SECURITY__TRUST_PROXY: text })).toEqual([
      expect.stringMatching(
        /^SECURITY__TRUST_PROXY: got .*, takes false, a number of hops from 1 to 32, or a JSON array/,
      ),
    ]);
  });

  it('wants a Redis where requests are to be counted in one, and shows no password of it', () => {
    expect(faultLinesOf({ SECURITY__RATE_LIMIT_STORE: 'redis' })).toEqual([
      'SECURITY__RATE_LIMIT_STORE: got "redis", takes memory while CACHE__REDIS_URL is not set, ' +
        'and no QUEUE__URL with EXECUTION__ENGINE=bullmq is a Redis',
    ]);
    expect(faultLinesOf({ ...FLEET, SECURITY__RATE_LIMIT_STORE: 'redis' })).toEqual([]);
    const postgres = { ...FLEET, QUEUE__BACKEND: 'postgres', QUEUE__URL: 'postgres://db/wand' };
    expect(faultLinesOf({ ...postgres, SECURITY__RATE_LIMIT_STORE: 'redis' })).toHaveLength(1);
    const { cache } = configOf({ SECURITY__RATE_LIMIT_STORE: 'redis', CACHE__REDIS_URL: 'rediss://u:p@redis:6380/2' });
    expect(cache.redisUrl).toBe('rediss://u:p@redis:6380/2');
    expect(faultLinesOf({ CACHE__REDIS_URL: 'http://u:s3cret@redis/' }).join()).not.toContain('s3cret');
  });

  it('wants at least as much time for a request as for its headers', () => {
    expect(faultLinesOf({ LIMITS__HEADERS_TIMEOUT_SEC: '5', LIMITS__REQUEST_TIMEOUT_SEC: '4' })).toEqual([
      'LIMITS__REQUEST_TIMEOUT_SEC: got 4, takes at least LIMITS__HEADERS_TIMEOUT_SEC (5)',
    ]);
  });

  it('wants files to be allowed as large as outputs that stand in the journal', () => {
    expect(faultLinesOf({ EXECUTION__MAX_OUTPUT_BYTES: '2000', EXECUTION__MAX_ARTIFACT_BYTES: '1999' })).toEqual([
      'EXECUTION__MAX_ARTIFACT_BYTES: got 1999, takes at least EXECUTION__MAX_OUTPUT_BYTES (2000)',
    ]);
    expect(faultLinesOf({ EXECUTION__MAX_OUTPUT_BYTES: '2000', EXECUTION__MAX_ARTIFACT_BYTES: '2000' })).toEqual([]);
  });

  it('says nothing about how keys go together while one of them is at fault', () => {
    expect(faultLinesOf({ EXECUTION__MAX_CONCURRENCY: '3', EXECUTION__DEFAULT_CONCURRENCY: 'five' })).toHaveLength(1);
  });

  it('refuses the origin * together with credentials', () => {
    expect(faultLinesOf({ SECURITY__CORS_ORIGINS: '["*"]' })).toEqual([
      expect.stringContaining('SECURITY__CORS_ALLOW_CREDENTIALS: got true, takes false'),
    ]);
    expect(faultLinesOf({ SECURITY__CORS_ORIGINS: '["*"]', SECURITY__CORS_ALLOW_CREDENTIALS: 'no' })).toEqual([]);
  });

  it.each(['staging', 'production'])('refuses %s without an API key', (environment) => {
    expect(faultLinesOf({ ENVIRONMENT: environment })).toEqual([
      `SECURITY__API_KEY: got nothing, takes a key in ${environment}: without one anybody could use the service`,
    ]);
    expect(faultLinesOf({ ENVIRONMENT: environment, SECURITY__API_KEY: 'k' })).toEqual([]);
  });

  it.each([
    [{ SECURITY__API_KEYS: '[{"name":"ci","key_sha256":"' + 'a'.repeat(64) + '","scopes":["runs:read"]}]' }],
    [{ SECURITY__JWT_SECRET: 's'.repeat(32) }],
    [{ SECURITY__JWT_JWKS_URL: 'https://id.example.com/jwks', SECURITY__JWT_ALGORITHM: 'RS256' }],
  ])('takes %j in production instead of a single key', (env) => {
    expect(faultLinesOf({ ENVIRONMENT: 'production', ...env })).toEqual([]);
  });

  describe('wants of a list of keys', () => {
    const KEY = { name: 'ci', key_sha256: 'A1'.repeat(32), scopes: ['runs:read', 'runs:write'], namespace: 'team-a' };
    const linesOf = (entries: unknown) => faultLinesOf({ SECURITY__API_KEYS: JSON.stringify(entries) });

    it('nothing more than it needs', () => {
      expect(configOf({ SECURITY__API_KEYS: JSON.stringify([KEY]) }).security.apiKeys).toEqual([KEY]);
    });

    it('every field to be right, with a line for each that is not, and never says what stood there', () => {
      const wrong = { name: '', key_sha256: 'a-real-key', scopes: ['runs:reed', 'admin'], namespace: 'Team', key: 'x' };
      const lines = linesOf([
        KEY,
        wrong,
        { name: 'b' },
        5,
        { ...KEY, name: 'c', key_sha256: 'b'.repeat(64), scopes: [] },
      ]);
      expect(lines).toEqual([
        expect.stringMatching(/^SECURITY__API_KEYS: got \*{8} at \[1\]\.name, takes 1 to 100 characters/),
        expect.stringMatching(/got \*{8} at \[1\]\.key_sha256, takes the SHA-256 of the key as 64 hexadecimal digits$/),
        expect.stringMatching(/got \*{8} at \[1\]\.scopes\[0\], takes one of graphs:read, /),
        expect.stringMatching(/got \*{8} at \[1\]\.namespace, takes 1 to 63 of /),
        expect.stringMatching(
          /got the unknown field "key" at \[1\], takes the fields name, key_sha256, scopes, namespace$/,
        ),
        expect.stringMatching(/got nothing at \[2\]\.key_sha256, takes the SHA-256/),
        expect.stringMatching(/got nothing at \[2\]\.scopes, takes an array of scopes$/),
        expect.stringMatching(/got \*{8} at \[3\], takes an object$/),
        expect.stringMatching(/got \*{8} at \[4\]\.scopes, takes at least one scope$/),
      ]);
      expect(lines.join('')).not.toMatch(/a-real-key|reed|Team/);
    });

    it('a name and a key of its own for each', () => {
      expect(linesOf([KEY, KEY])).toEqual([
        expect.stringMatching(/at \[1\]\.name, takes another name than entry \[0\]/),
        expect.stringMatching(/at \[1\]\.key_sha256, takes another key_sha256 than entry \[0\]/),
      ]);
    });

    it('a list', () => {
      expect(linesOf(KEY)).toEqual([
        'SECURITY__API_KEYS: got ********, takes a JSON array of objects with the fields name, key_sha256, scopes, namespace',
      ]);
    });
  });

  describe('wants of tokens', () => {
    const JWKS = { SECURITY__JWT_JWKS_URL: 'https://id.example.com/jwks' };

    it('a secret that is as long as its algorithm needs', () => {
      expect(faultLinesOf({ SECURITY__JWT_SECRET: 's'.repeat(31) })).toEqual([
        'SECURITY__JWT_SECRET: got ********, takes 32 to 1024 visible ASCII characters without spaces',
      ]);
    });

    it('an algorithm that goes with where the keys are', () => {
      expect(faultLinesOf(JWKS)).toEqual([
        'SECURITY__JWT_ALGORITHM: got HS256, takes RS256 or ES256 while SECURITY__JWT_JWKS_URL is set',
      ]);
      expect(faultLinesOf({ SECURITY__JWT_ALGORITHM: 'ES256' })).toEqual([
        'SECURITY__JWT_JWKS_URL: got nothing, takes the address of the keys while SECURITY__JWT_ALGORITHM is ES256',
      ]);
      expect(faultLinesOf({ SECURITY__JWT_ALGORITHM: 'none' })).toEqual([
        'SECURITY__JWT_ALGORITHM: got "none", takes one of HS256, RS256, ES256',
      ]);
      expect(faultLinesOf({ ...JWKS, SECURITY__JWT_ALGORITHM: 'ES256' })).toEqual([]);
    });

    it.each([
      ['production', 'http://id.example.com/jwks', 1],
      ['production', 'http://127.0.0.1.example.com/jwks', 1],
      ['production', 'http://127.0.0.1:8080/jwks', 0],
      ['production', 'http://localhost/jwks', 0],
      ['development', 'http://id.example.com/jwks', 0],
      ['development', 'https://user:secret@id.example.com/jwks', 1],
      ['development', 'ftp://id.example.com/jwks', 1],
    ])('in %s of the address %s that nobody can change the keys on their way', (environment, url, faults) => {
      const env = { SECURITY__API_KEY: 'k', SECURITY__JWT_ALGORITHM: 'RS256', SECURITY__JWT_JWKS_URL: url };
      expect(faultLinesOf({ ENVIRONMENT: environment, ...env })).toHaveLength(faults);
    });
  });

  it.each([
    ['ftp://collector'],
    ['collector:4318'],
    ['http://user:pass@collector'],
    ['http://collector?key=1'],
    ['http://collector:99999'],
  ])('refuses %s as the place for traces', (url) => {
    expect(faultLinesOf({ MONITORING__OTLP_ENDPOINT: url })).toEqual([
      expect.stringMatching(/^MONITORING__OTLP_ENDPOINT: got .*, takes an http or https URL without user, query/),
    ]);
  });

  it('takes one name for the place for traces, not both', () => {
    const env = { MONITORING__OTLP_ENDPOINT: 'http://a:4318', MONITORING__JAEGER_ENDPOINT: 'http://b:4318' };
    expect(faultLinesOf(env)).toEqual([
      'MONITORING__JAEGER_ENDPOINT: got "http://b:4318", takes nothing while MONITORING__OTLP_ENDPOINT is set: it is another name for that',
    ]);
  });

  it.each(['[]', '{"a b":"x"}', '{"a":1}', '{"a":"x\\ny"}', 'a=x'])(
    'refuses %s as headers, without showing it',
    (text) => {
      expect(faultLinesOf({ MONITORING__OTLP_HEADERS: text })).toEqual([
        expect.stringMatching(/^MONITORING__OTLP_HEADERS: got \*{8}, takes a JSON object of header names and values/),
      ]);
    },
  );

  it.each(['staging', 'production'])('refuses to load plugins again when their files change in %s', (environment) => {
    const env = { ENVIRONMENT: environment, SECURITY__API_KEY: 'k', PLUGINS__ENABLE_HOT_RELOAD: 'true' };
    expect(faultLinesOf(env)).toEqual([
      expect.stringContaining(`PLUGINS__ENABLE_HOT_RELOAD: got true, takes false in ${environment}`),
    ]);
    expect(faultLinesOf({ PLUGINS__ENABLE_HOT_RELOAD: 'true' })).toEqual([]);
  });

  it('takes only what plugins can bring', () => {
    expect(faultLinesOf({ PLUGINS__ALLOWED_PLUGIN_TYPES: '["agent","node"]' })).toHaveLength(1);
  });

  it('keeps its own key out of the variables that templates may read', () => {
    expect(faultLinesOf({ PLUGINS__ALLOWED_ENV: '["HOME","SECURITY__API_KEY"]' })).toHaveLength(1);
  });

  it('lists variables of a known section that are no keys, and leaves others alone', () => {
    const env = { EXECUTION__MAX_RETRYS: '1', logging__level: 'x', PATH: '/bin', OTHER__URL: 'redis://', PROT: '1' };
    expect(mapEnvironment(env).unknownKeys).toEqual(['EXECUTION__MAX_RETRYS', 'logging__level']);
  });

  it.each([['CACHE__CACHE_TYPE', 'redis', 'memory: this version keeps it in the process']])(
    'refuses %s=%s, which this version cannot do, and says what it can',
    (key, value, takes) => {
      expect(faultLinesOf({ [key]: value })).toEqual([`${key}: got "${value}", takes ${takes}`]);
    },
  );

  it.each([
    [{ DEBUG: '1', LOGGING__LEVEL: 'ERROR' }, 'DEBUG'],
    [{ LOGGING__LEVEL: 'ERROR' }, 'ERROR'],
    [{}, 'INFO'],
  ])('makes of %j the level %s', (env, level) => {
    expect(configOf(env).logging.effectiveLevel).toBe(level);
  });

  it('gives a configuration that cannot be changed', () => {
    const config = configOf({});
    expect(() => Object.assign(config.execution, { maxRetries: 1 })).toThrow(TypeError);
    expect(() => Object.assign(config.execution, { maxOutputBytes: 1 })).toThrow(TypeError);
    expect(() => Object.assign(config.execution, { other: 1 })).toThrow(TypeError);
    expect(() => Object.assign(config, { execution: {} })).toThrow(TypeError);
    expect(() => (config.security.corsOrigins as string[]).push('*')).toThrow(TypeError);
  });
});
