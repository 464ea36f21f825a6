import { closest } from 'fastest-levenshtein';
import type { AppConfig } from './app.config.js';
import { CONFIG_KEYS } from './schema/schema.js';

const SHORT_KEY_CHARACTERS = 16;

/** What works but should be looked at, one sentence each, naming the variable; never a secret. */
export function configWarnings(config: AppConfig, unknownKeys: readonly string[]): string[] {
  return [
    ...securityWarnings(config),
    ...productionWarnings(config),
    ...tracingWarnings(config),
    ...pluginWarnings(config),
    ...unknownKeys.map(unknownKeyWarning),
  ];
}

function securityWarnings({ environment, security }: AppConfig): string[] {
  const warnings: string[] = [];
  if (security.apiKey === undefined) {
    warnings.push(`SECURITY__API_KEY is not set: anybody who reaches this ${environment} service can use it`);
  } else if (isServing(environment) && security.apiKey.length < SHORT_KEY_CHARACTERS) {
    warnings.push(`SECURITY__API_KEY is shorter than ${SHORT_KEY_CHARACTERS} characters: it can be guessed`);
  }
  if (security.corsOrigins.includes('*')) {
    warnings.push('SECURITY__CORS_ORIGINS holds "*": pages of every web site may call the API');
  }
  return warnings;
}

function productionWarnings({ environment, database, debug }: AppConfig): string[] {
  if (environment !== 'production') return [];
  const warnings: string[] = [];
  if (database.url === 'sqlite::memory:') {
    warnings.push('DATABASE__URL is in memory: everything is lost when the process ends');
  } else if (database.url.startsWith('sqlite:')) {
    warnings.push('DATABASE__URL is SQLite: one process on one machine; back the file up');
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

function unknownKeyWarning(name: string): string {
  const nearest = closest(
    name.toUpperCase(),
    CONFIG_KEYS.map((key) => key.env),
  );
  return `${name} is not a key of this version and has no effect; the nearest one is ${nearest}`;
}
