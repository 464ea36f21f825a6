import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from './load-config.js';
import type { ConfigSource } from './read-variables.js';

const PACKAGE_ROOT = join(__dirname, '..', '..');

describe('loadConfig', () => {
  let cwd: string;
  beforeEach(() => {
    cwd = mkdtempSync(join(tmpdir(), 'wand-config-'));
  });
  afterEach(() => {
    rmSync(cwd, { recursive: true });
  });

  const load = (env: ConfigSource['env'], dotenv?: string) => {
    if (dotenv !== undefined) writeFileSync(join(cwd, '.env'), dotenv);
    return loadConfig({ env, cwd, packageRoot: PACKAGE_ROOT });
  };

  it('lets the process environment win over .env, and .env over the file of the environment', () => {
    const dotenv = 'ENVIRONMENT=testing\nPORT=1\nLOGGING__LEVEL=WARNING # a comment\nAPP_NAME="From file"\n';
    const { config } = load({ PORT: '2' }, dotenv);
    expect(config).toMatchObject({
      environment: 'testing',
      port: 2,
      appName: 'From file',
      logging: { level: 'WARNING' },
      database: { url: 'sqlite::memory:' },
    });
  });

  it('falls through an empty variable to the file below it', () => {
    expect(load({ SECURITY__API_KEY: '' }, 'SECURITY__API_KEY=from-file').config.security.apiKey).toBe('from-file');
  });

  it.each([
    ['development', { debug: true, logging: { jsonFormat: false }, security: { httpAllowPrivate: true } }],
    ['testing', { debug: false, logging: { level: 'ERROR' }, security: { httpAllowPrivate: true } }],
    ['staging', { debug: true, logging: { jsonFormat: true }, security: { httpAllowPrivate: false } }],
    ['production', { debug: false, logging: { jsonFormat: true }, security: { httpAllowPrivate: false } }],
  ])('gives %s its own defaults', (environment, expected) => {
    expect(load({ ENVIRONMENT: environment, SECURITY__API_KEY: 'a-long-enough-key' }).config).toMatchObject(expected);
  });

  it('reads no file for an environment it does not know', () => {
    expect(() => load({ ENVIRONMENT: '../config/testing' })).toThrow(/^ENVIRONMENT: got /);
  });

  it('hands over the values that templates may read, from .env too', () => {
    const { allowedEnv } = load({ PLUGINS__ALLOWED_ENV: '["A_TOKEN","B_TOKEN","C_TOKEN"]', A_TOKEN: '1' }, 'B_TOKEN=2');
    expect(allowedEnv).toEqual({ A_TOKEN: '1', B_TOKEN: '2' });
  });

  it('leaves the process environment as it was', () => {
    load({}, 'WAND_SPEC_ONLY=1');
    expect(process.env['WAND_SPEC_ONLY']).toBeUndefined();
  });

  it('names what is misspelt beside a fault too, which may be for want of it', () => {
    const env = { EXECUTION__ENGINE: 'bullmq', DATABASE__URL: 'postgres://db/wand', QUEUE__BACKND: 'postgres' };
    expect(() => load(env)).toThrow(
      /^QUEUE__URL: got nothing, .*\nQUEUE__BACKND is not a key of this version and has no effect; the nearest one is QUEUE__BACKEND$/,
    );
  });

  it('warns about what is open, at risk or misspelt', () => {
    expect(load({ EXECUTION__MAX_RETRYS: '1' }).warnings).toEqual([
      'SECURITY__API_KEY is not set: anybody who reaches this development service can use it',
      'HOST is 0.0.0.0 while there is no key: 127.0.0.1 would keep the service to this machine',
      'EXECUTION__MAX_RETRYS is not a key of this version and has no effect; the nearest one is EXECUTION__MAX_RETRIES',
    ]);
    const production = {
      ENVIRONMENT: 'production',
      SECURITY__API_KEY: 'short',
      DEBUG: '1',
      SECURITY__CORS_ORIGINS: '["*"]',
    };
    const { warnings } = load({ ...production, SECURITY__CORS_ALLOW_CREDENTIALS: '0' });
    expect(warnings).toEqual([
      'SECURITY__API_KEY is shorter than 16 characters: it can be guessed',
      'SECURITY__CORS_ORIGINS holds "*": pages of every web site may call the API',
      'DATABASE__URL is SQLite: one process on one machine; back the file up',
      'DEBUG is on in production',
    ]);
  });

  it.each([
    [{ DEBUG: '1' }, 'LOGGING__LEVEL=ERROR', 'DEBUG'],
    [{ LOGGING__LEVEL: 'ERROR' }, 'DEBUG=1', 'ERROR'],
    [{ LOGGING__LEVEL: 'ERROR' }, '', 'ERROR'],
    [{}, 'DEBUG=1\nLOGGING__LEVEL=ERROR', 'DEBUG'],
    [{}, '', 'DEBUG'],
  ])('logs as the stronger source of DEBUG and LOGGING__LEVEL says: %j over %j gives %s', (env, dotEnv, level) => {
    expect(load(env, dotEnv).config.logging.effectiveLevel).toBe(level);
  });

  it.each([
    [{ DATABASE__SYNCHRONOUS: 'normal' }, 'DATABASE__SYNCHRONOUS is normal'],
    [{ DATABASE__ECHO_SQL: '1' }, 'DATABASE__ECHO_SQL is on in production'],
    [{ DATABASE__RETENTION_DAYS: '0' }, 'DATABASE__RETENTION_DAYS is 0'],
    [{ SECURITY__HTTP_ALLOW_PRIVATE: '1' }, 'SECURITY__HTTP_ALLOW_PRIVATE is on in production'],
    [{ QUEUE__URL: 'redis://queue' }, 'QUEUE__URL has no effect while EXECUTION__ENGINE is embedded'],
  ])('warns in production about %j', (env, warning) => {
    const { warnings } = load({ ENVIRONMENT: 'production', SECURITY__API_KEY: 'a-long-enough-key', ...env });
    expect(warnings.filter((line) => line.startsWith(warning))).toHaveLength(1);
  });

  it('does not mind an open service that only this machine can reach', () => {
    expect(load({ HOST: '127.0.0.1' }).warnings).toHaveLength(1);
    expect(load({ HOST: '10.0.0.1' }).warnings).toHaveLength(2);
  });

  it('warns in production about a database that is only in memory', () => {
    const { warnings } = load({
      ENVIRONMENT: 'production',
      SECURITY__API_KEY: 'a-long-enough-key',
      DATABASE__URL: 'sqlite::memory:',
    });
    expect(warnings).toEqual(['DATABASE__URL is in memory: everything is lost when the process ends']);
  });

  it.each([
    ['MONITORING__OTLP_ENDPOINT', 'http://collector:4317', 'gRPC'],
    ['MONITORING__JAEGER_ENDPOINT', 'http://jaeger:14268/api/traces', 'Thrift'],
  ])('warns where %s is %s', (name, url, protocol) => {
    const warned = (env: ConfigSource['env']) =>
      load({ ...env, [name]: url }).warnings.filter((line) => line.startsWith(name));
    expect(warned({ MONITORING__ENABLE_TRACING: 'true' })).toEqual([expect.stringContaining(protocol)]);
    expect(warned({})).toEqual([]);
  });

  it('warns of plugin keys that have no effect', () => {
    const warned = (env: ConfigSource['env']) => load(env).warnings.filter((line) => line.startsWith('PLUGINS__'));
    const directories = { PLUGINS__PLUGIN_DIRECTORIES: '["plugins"]' };
    expect(warned({ ...directories, PLUGINS__ENABLE_HOT_RELOAD: 'true' })).toEqual([
      'PLUGINS__PLUGIN_DIRECTORIES has no effect: PLUGINS__ENABLE_DYNAMIC_LOADING is false',
      'PLUGINS__ENABLE_HOT_RELOAD has no effect: PLUGINS__ENABLE_DYNAMIC_LOADING is false',
    ]);
    expect(warned({ PLUGINS__ENABLE_DYNAMIC_LOADING: 'true' })).toEqual([
      expect.stringContaining('PLUGINS__PLUGIN_DIRECTORIES is empty'),
    ]);
    expect(warned({ ...directories, PLUGINS__ENABLE_DYNAMIC_LOADING: 'true' })).toEqual([]);
  });

  it('says where the processes of a fleet count requests alone, and what would let them count together', () => {
    const fleet = {
      SECURITY__API_KEY: 'a-long-enough-key',
      EXECUTION__ENGINE: 'bullmq',
      DATABASE__URL: 'postgres://db/wand',
    };
    const onRedis = { ...fleet, QUEUE__URL: 'redis://redis:6379' };
    const warned = (env: ConfigSource['env']) => load(env).warnings.filter((line) => line.includes('counts alone'));
    expect(warned(onRedis)).toEqual([expect.stringContaining('redis counts in the Redis of QUEUE__URL')]);
    expect(warned({ ...fleet, QUEUE__BACKEND: 'postgres' })).toEqual([
      expect.stringContaining('redis needs a CACHE__REDIS_URL'),
    ]);
    expect(warned({ ...onRedis, SECURITY__RATE_LIMIT_STORE: 'redis' })).toEqual([]);
    expect(warned({ ...onRedis, ROLE: 'worker' })).toEqual([]);
    expect(warned({ SECURITY__API_KEY: 'a-long-enough-key' })).toEqual([]);
  });
});
