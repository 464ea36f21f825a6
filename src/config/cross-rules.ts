import type { AppConfig } from './app.config.js';
import type { ConfigFault } from './config.errors.js';
import { CONFIG_KEYS } from './schema/schema.js';
import { queueUrl } from './sections/queue.config.js';
import { hasCredentials } from './sections/security.config.js';
import { sharedRedis } from './shared-redis.js';

/** Pools that one process may work for. */
const MAX_POOLS = 32;

const LOOPBACK = /^http:\/\/(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?:[:/]|$)/;

/** A fault that needs several keys to be seen; it says nothing while one of those is itself at fault. */
export interface CrossFault extends ConfigFault {
  readonly readsKeys: readonly string[];
}

/** Checks that no single key can make. */
export function crossFaults(config: AppConfig): CrossFault[] {
  return [
    concurrencyFault(config),
    outputFault(config),
    corsFault(config),
    rateLimitStoreFault(config),
    timeoutsFault(config),
    missingKeyFault(config),
    jwksAlgorithmFault(config),
    missingJwksFault(config),
    plainJwksFault(config),
    leakedSecretFault(config),
    twoEndpointsFault(config),
    hotReloadFault(config),
    fleetDatabaseFault(config),
    queueUrlFault(config),
    stalledCheckFault(config),
    workersFault(config),
    roleFault(config),
    poolsFault(config),
  ].filter((fault) => fault !== undefined);
}

function concurrencyFault({ execution }: AppConfig): CrossFault | undefined {
  if (execution.maxConcurrency >= execution.defaultConcurrency) return undefined;
  return {
    key: 'EXECUTION__MAX_CONCURRENCY',
    got: String(execution.maxConcurrency),
    takes: `at least EXECUTION__DEFAULT_CONCURRENCY (${execution.defaultConcurrency})`,
    readsKeys: ['EXECUTION__MAX_CONCURRENCY', 'EXECUTION__DEFAULT_CONCURRENCY'],
  };
}

function outputFault({ execution }: AppConfig): CrossFault | undefined {
  if (execution.maxArtifactBytes >= execution.maxOutputBytes) return undefined;
  return {
    key: 'EXECUTION__MAX_ARTIFACT_BYTES',
    got: String(execution.maxArtifactBytes),
    takes: `at least EXECUTION__MAX_OUTPUT_BYTES (${execution.maxOutputBytes})`,
    readsKeys: ['EXECUTION__MAX_ARTIFACT_BYTES', 'EXECUTION__MAX_OUTPUT_BYTES'],
  };
}

function corsFault({ security }: AppConfig): CrossFault | undefined {
  if (!security.corsAllowCredentials || !security.corsOrigins.includes('*')) return undefined;
  return {
    key: 'SECURITY__CORS_ALLOW_CREDENTIALS',
    got: 'true',
    takes: 'false while SECURITY__CORS_ORIGINS holds "*": name the origins, or set it to false',
    readsKeys: ['SECURITY__CORS_ALLOW_CREDENTIALS', 'SECURITY__CORS_ORIGINS'],
  };
}

function rateLimitStoreFault(config: AppConfig): CrossFault | undefined {
  if (config.security.rateLimitStore !== 'redis' || sharedRedis(config) !== undefined) return undefined;
  return {
    key: 'SECURITY__RATE_LIMIT_STORE',
    got: '"redis"',
    takes: 'memory while CACHE__REDIS_URL is not set, and no QUEUE__URL with EXECUTION__ENGINE=bullmq is a Redis',
    readsKeys: ['SECURITY__RATE_LIMIT_STORE', 'CACHE__REDIS_URL', 'EXECUTION__ENGINE', 'QUEUE__BACKEND', 'QUEUE__URL'],
  };
}

function timeoutsFault({ limits }: AppConfig): CrossFault | undefined {
  if (limits.requestTimeoutSec >= limits.headersTimeoutSec) return undefined;
  return {
    key: 'LIMITS__REQUEST_TIMEOUT_SEC',
    got: String(limits.requestTimeoutSec),
    takes: `at least LIMITS__HEADERS_TIMEOUT_SEC (${limits.headersTimeoutSec})`,
    readsKeys: ['LIMITS__REQUEST_TIMEOUT_SEC', 'LIMITS__HEADERS_TIMEOUT_SEC'],
  };
}

function missingKeyFault({ environment, security }: AppConfig): CrossFault | undefined {
  if (mayBeOpen(environment) || hasCredentials(security)) return undefined;
  return {
    key: 'SECURITY__API_KEY',
    got: 'nothing',
    takes: `a key in ${environment}: without one anybody could use the service`,
    readsKeys: [
      'SECURITY__API_KEY',
      'SECURITY__API_KEYS',
      'SECURITY__JWT_SECRET',
      'SECURITY__JWT_JWKS_URL',
      'ENVIRONMENT',
    ],
  };
}

/** With HS256 nobody would ask the provider: its tokens would be refused, and none could say why. */
function jwksAlgorithmFault({ security }: AppConfig): CrossFault | undefined {
  if (security.jwtJwksUrl === undefined || security.jwtAlgorithm !== 'HS256') return undefined;
  return {
    key: 'SECURITY__JWT_ALGORITHM',
    got: security.jwtAlgorithm,
    takes: 'RS256 or ES256 while SECURITY__JWT_JWKS_URL is set',
    readsKeys: ['SECURITY__JWT_ALGORITHM', 'SECURITY__JWT_JWKS_URL'],
  };
}

function missingJwksFault({ security }: AppConfig): CrossFault | undefined {
  if (security.jwtJwksUrl !== undefined || security.jwtAlgorithm === 'HS256') return undefined;
  return {
    key: 'SECURITY__JWT_JWKS_URL',
    got: 'nothing',
    takes: `the address of the keys while SECURITY__JWT_ALGORITHM is ${security.jwtAlgorithm}`,
    readsKeys: ['SECURITY__JWT_ALGORITHM', 'SECURITY__JWT_JWKS_URL'],
  };
}

/** Whoever can change the keys on their way can sign tokens. */
function plainJwksFault({ environment, security: { jwtJwksUrl } }: AppConfig): CrossFault | undefined {
  if (jwtJwksUrl === undefined || jwtJwksUrl.startsWith('https:') || mayBeOpen(environment)) return undefined;
  if (LOOPBACK.test(jwtJwksUrl)) return undefined;
  return {
    key: 'SECURITY__JWT_JWKS_URL',
    got: 'an http URL',
    takes: `an https URL in ${environment}, or one of this machine`,
    readsKeys: ['SECURITY__JWT_JWKS_URL', 'ENVIRONMENT'],
  };
}

function mayBeOpen(environment: AppConfig['environment']): boolean {
  return environment === 'development' || environment === 'testing';
}

function leakedSecretFault({ plugins }: AppConfig): CrossFault | undefined {
  const secrets = CONFIG_KEYS.filter((key) => key.secret).map((key) => key.env);
  const leaked = plugins.allowedEnv.find((name) => secrets.includes(name));
  if (leaked === undefined) return undefined;
  return {
    key: 'PLUGINS__ALLOWED_ENV',
    got: JSON.stringify(leaked),
    takes: "names other than this service's own secrets",
    readsKeys: ['PLUGINS__ALLOWED_ENV'],
  };
}

function twoEndpointsFault({ monitoring }: AppConfig): CrossFault | undefined {
  if (monitoring.otlpEndpoint === undefined || monitoring.jaegerEndpoint === undefined) return undefined;
  return {
    key: 'MONITORING__JAEGER_ENDPOINT',
    got: JSON.stringify(monitoring.jaegerEndpoint),
    takes: 'nothing while MONITORING__OTLP_ENDPOINT is set: it is another name for that',
    readsKeys: ['MONITORING__JAEGER_ENDPOINT', 'MONITORING__OTLP_ENDPOINT'],
  };
}

function hotReloadFault({ environment, plugins }: AppConfig): CrossFault | undefined {
  if (!plugins.enableHotReload || environment === 'development' || environment === 'testing') return undefined;
  return {
    key: 'PLUGINS__ENABLE_HOT_RELOAD',
    got: 'true',
    takes: `false in ${environment}: whoever can write a file there could run code in the service`,
    readsKeys: ['PLUGINS__ENABLE_HOT_RELOAD', 'ENVIRONMENT'],
  };
}

/** A fleet shares its database, and SQLite belongs to one process. */
function fleetDatabaseFault({ execution, database }: AppConfig): CrossFault | undefined {
  if (execution.engine !== 'bullmq' || !database.url.startsWith('sqlite:')) return undefined;
  return {
    key: 'EXECUTION__ENGINE',
    got: '"bullmq"',
    takes: 'embedded while DATABASE__URL is SQLite: a fleet needs a postgres://, mysql:// or mariadb:// one',
    readsKeys: ['EXECUTION__ENGINE', 'DATABASE__URL'],
  };
}

/** A job is marked by one look and moved by a later one, so that fewer than two in the time of a lock find it late. */
function stalledCheckFault({ queue }: AppConfig): CrossFault | undefined {
  if (queue.stalledCheckSec <= queue.lockSec / 2) return undefined;
  return {
    key: 'QUEUE__STALLED_CHECK_SEC',
    got: String(queue.stalledCheckSec),
    takes: `at most half of QUEUE__LOCK_SEC (${queue.lockSec / 2})`,
    readsKeys: ['QUEUE__STALLED_CHECK_SEC', 'QUEUE__LOCK_SEC'],
  };
}

function queueUrlFault(config: AppConfig): CrossFault | undefined {
  const { execution, queue } = config;
  if (execution.engine !== 'bullmq') return undefined;
  const url = queueUrl(config);
  if (url !== undefined && url.startsWith(queue.backend === 'redis' ? 'redis' : 'postgres')) return undefined;
  return {
    key: 'QUEUE__URL',
    got: url === undefined ? 'nothing' : `a URL of ${url.split(':', 1).join('')}`,
    takes: `a ${queue.backend === 'redis' ? 'redis:// or rediss://' : 'postgres://'} URL with EXECUTION__ENGINE=bullmq and QUEUE__BACKEND=${queue.backend}`,
    readsKeys: ['QUEUE__URL', 'QUEUE__BACKEND', 'EXECUTION__ENGINE', 'DATABASE__URL'],
  };
}

function workersFault({ workers, execution }: AppConfig): CrossFault | undefined {
  if (workers === 1 || execution.engine === 'bullmq') return undefined;
  return {
    key: 'WORKERS',
    got: String(workers),
    takes: '1 unless EXECUTION__ENGINE is bullmq: the embedded engine is one process',
    readsKeys: ['WORKERS', 'EXECUTION__ENGINE'],
  };
}

function roleFault({ role, execution }: AppConfig): CrossFault | undefined {
  if (role === 'all' || execution.engine === 'bullmq') return undefined;
  return {
    key: 'ROLE',
    got: `"${role}"`,
    takes: 'all unless EXECUTION__ENGINE is bullmq: the embedded engine is one process',
    readsKeys: ['ROLE', 'EXECUTION__ENGINE'],
  };
}

function poolsFault({ execution }: AppConfig): CrossFault | undefined {
  const { pools } = execution;
  if (pools.length > 0 && pools.length <= MAX_POOLS && new Set(pools).size === pools.length) return undefined;
  return {
    key: 'EXECUTION__POOLS',
    got: JSON.stringify(pools.slice(0, MAX_POOLS)),
    takes: `1 to ${MAX_POOLS} pools, each once`,
    readsKeys: ['EXECUTION__POOLS'],
  };
}
