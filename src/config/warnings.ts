import { closest } from 'fastest-levenshtein';
import type { AppConfig } from './app.config.js';
import { CONFIG_KEYS } from './schema/schema.js';
import { hasCredentials } from './sections/security.config.js';
import { type Variables, unknownNames } from './variables.js';

const SHORT_KEY_CHARACTERS = 16;
/** Of a name that may be of any length. */
const LONGEST_COMPARED = 100;

/** What works but should be looked at, one sentence each, naming the variable; never a secret. */
export function configWarnings(config: AppConfig, variables: Variables): string[] {
  return [
    ...securityWarnings(config),
    ...productionWarnings(config),
    ...tracingWarnings(config),
    ...pluginWarnings(config),
    ...queueWarnings(config, variables),
    ...fleetWarnings(config),
    ...unknownKeyWarnings(variables),
  ];
}

/** Variables that begin like a key and are none. */
export function unknownKeyWarnings(variables: Variables): string[] {
  return unknownNames(variables).map(unknownKeyWarning);
}

function securityWarnings({ environment, host, security }: AppConfig): string[] {
  const warnings: string[] = [];
  if (!hasCredentials(security)) {
    warnings.push(`SECURITY__API_KEY is not set: anybody who reaches this ${environment} service can use it`);
  } else if (isServing(environment) && (security.apiKey?.length ?? Infinity) < SHORT_KEY_CHARACTERS) {
    warnings.push(`SECURITY__API_KEY is shorter than ${SHORT_KEY_CHARACTERS} characters: it can be guessed`);
  }
  if (security.jwtJwksUrl !== undefined) {
    if (security.jwtIssuer === undefined) {
      warnings.push('SECURITY__JWT_ISSUER is not set: tokens count whoever issued them, if the key is right');
    }
    if (security.jwtAudience === undefined) {
      warnings.push('SECURITY__JWT_AUDIENCE is not set: tokens that were issued for other services count here too');
    }
  }
  if (!hasCredentials(security) && !isLoopback(host)) {
    warnings.push(`HOST is ${host} while there is no key: 127.0.0.1 would keep the service to this machine`);
  }
  if (security.corsOrigins.includes('*')) {
    warnings.push('SECURITY__CORS_ORIGINS holds "*": pages of every web site may call the API');
  }
  return warnings;
}

function productionWarnings({ environment, database, debug, security }: AppConfig): string[] {
  if (environment !== 'production') return [];
  const warnings: string[] = [];
  if (database.url === 'sqlite::memory:') {
    warnings.push('DATABASE__URL is in memory: everything is lost when the process ends');
  } else if (database.url.startsWith('sqlite:')) {
    warnings.push('DATABASE__URL is SQLite: one process on one machine; back the file up');
  }
  if (database.synchronous === 'normal') {
    warnings.push('DATABASE__SYNCHRONOUS is normal: a power cut may lose what was answered in the last moments');
  }
  if (database.echoSql) warnings.push('DATABASE__ECHO_SQL is on in production: every statement is logged');
  if (database.retentionDays === 0) {
    warnings.push('DATABASE__RETENTION_DAYS is 0: no finished run is ever removed, so the database only grows');
  }
  if (security.httpAllowPrivate) {
    warnings.push('SECURITY__HTTP_ALLOW_PRIVATE is on in production: agents may call this machine and its network');
  }
  if (debug) warnings.push('DEBUG is on in production');
  return warnings;
}

/** Ports of receivers that speak something else, which would refuse every span. */
const OTHER_PROTOCOLS: ReadonlyMap<string, string> = new Map([
  ['4317', 'gRPC'],
  ['14268', 'the Thrift of older Jaegers'],
  ['9411', 'Zipkin'],
]);

function tracingWarnings({ monitoring }: AppConfig): string[] {
  const { enableTracing, otlpEndpoint, jaegerEndpoint } = monitoring;
  const endpoint = otlpEndpoint ?? jaegerEndpoint;
  if (!enableTracing || endpoint === undefined) return [];
  const { port } = new URL(endpoint);
  const protocol = OTHER_PROTOCOLS.get(port);
  if (protocol === undefined) return [];
  const name = otlpEndpoint === undefined ? 'MONITORING__JAEGER_ENDPOINT' : 'MONITORING__OTLP_ENDPOINT';
  return [
    `${name} names port ${port}, usually of ${protocol}: traces are sent as OTLP over HTTP, usually on port 4318`,
  ];
}

function pluginWarnings({ plugins }: AppConfig): string[] {
  const { enableDynamicLoading, pluginDirectories, enableHotReload } = plugins;
  if (enableDynamicLoading) {
    return pluginDirectories.length > 0
      ? []
      : ['PLUGINS__ENABLE_DYNAMIC_LOADING has no effect: PLUGINS__PLUGIN_DIRECTORIES is empty'];
  }
  const idle = [
    ...(pluginDirectories.length > 0 ? ['PLUGINS__PLUGIN_DIRECTORIES'] : []),
    ...(enableHotReload ? ['PLUGINS__ENABLE_HOT_RELOAD'] : []),
  ];
  return idle.map((name) => `${name} has no effect: PLUGINS__ENABLE_DYNAMIC_LOADING is false`);
}

function isServing(environment: AppConfig['environment']): boolean {
  return environment === 'staging' || environment === 'production';
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

function queueWarnings({ execution }: AppConfig, variables: Variables): string[] {
  if (execution.engine === 'bullmq') return [];
  const keys = CONFIG_KEYS.filter(({ env }) => env.startsWith('QUEUE__') && variables.has(env));
  return keys.map(
    ({ env }) => `${env} has no effect while EXECUTION__ENGINE is embedded: that engine has no such queue`,
  );
}

/** What each process of a fleet does by itself. */
function fleetWarnings(config: AppConfig): string[] {
  const { execution, queue, role, security } = config;
  if (execution.engine !== 'bullmq' || role === 'worker' || security.rateLimitStore !== 'memory') return [];
  if (security.rateLimitPerMinute === 0 && security.authFailuresPerMinute === 0) return [];
  const remedy =
    queue.backend === 'redis'
      ? 'redis counts in the Redis of QUEUE__URL for all of them'
      : 'the queue is in PostgreSQL, which counts no requests; redis needs a CACHE__REDIS_URL';
  return [
    `SECURITY__RATE_LIMIT_STORE is memory: each process of a fleet counts alone, so limits hold per process; ${remedy}`,
  ];
}

function unknownKeyWarning(name: string): string {
  return `${name} is not a key of this version and has no effect; the nearest one is ${nearestKey(name)}`;
}

/** The key whose name is most like `name`. */
export function nearestKey(name: string): string {
  const names = CONFIG_KEYS.map((key) => key.env);
  return closest(name.slice(0, LONGEST_COMPARED).toUpperCase(), names);
}
