import type { AppConfig } from './app.config.js';
import type { ConfigFault } from './config.errors.js';
import { CONFIG_KEYS } from './schema/schema.js';

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
    missingKeyFault(config),
    leakedSecretFault(config),
    twoEndpointsFault(config),
    hotReloadFault(config),
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

function missingKeyFault({ environment, security }: AppConfig): CrossFault | undefined {
  const mayBeOpen = environment === 'development' || environment === 'testing';
  if (mayBeOpen || security.apiKey !== undefined) return undefined;
  return {
    key: 'SECURITY__API_KEY',
    got: 'nothing',
    takes: `a key in ${environment}: without one anybody could use the service`,
    readsKeys: ['SECURITY__API_KEY', 'ENVIRONMENT'],
  };
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
