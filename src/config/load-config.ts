import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { type AppConfig, ENVIRONMENTS, type Environment } from './app.config.js';
import { type EnvironmentRecord, mapEnvironment } from './map-environment.js';
import { configuredSecrets, templateSecrets } from './secrets/configured-secrets.js';
import { SecretRegistry } from './secrets/secret-registry.js';
import { configWarnings } from './warnings.js';

/** Where configuration is read from. */
export interface ConfigSource {
  /** Usually `process.env`; wins over both files. */
  readonly env: EnvironmentRecord;
  /** The folder whose `.env` is read. */
  readonly cwd: string;
  /** The folder whose `config/<ENVIRONMENT>.env` is read. */
  readonly packageRoot: string;
}

/** The configuration with what belongs to it; also the token to inject it by. */
export abstract class LoadedConfig {
  abstract readonly config: AppConfig;
  /** One sentence each, fit to be shown to an operator. */
  abstract readonly warnings: readonly string[];
  /** The values of those variables that `PLUGINS__ALLOWED_ENV` names and that are set, the files included. Secret. */
  abstract readonly allowedEnv: Readonly<Record<string, string>>;
  /** The secrets of all that; who comes to know another one registers it here. */
  abstract readonly secrets: SecretRegistry;
  abstract readonly source: ConfigSource;
}

/**
 * Reads, checks and types the configuration. The process environment wins over `.env`, which wins over
 * `config/<ENVIRONMENT>.env`, which wins over the defaults; a value that is empty counts as not set.
 *
 * @throws {ConfigError} with every fault.
 */
export function loadConfig(source: ConfigSource): LoadedConfig {
  const env = mergeSources(source);
  const { config, unknownKeys } = mapEnvironment(env);
  const allowedEnv = Object.fromEntries(
    config.plugins.allowedEnv.flatMap((name) => {
      const value = env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
  const secrets = new SecretRegistry([...configuredSecrets(config), ...templateSecrets(allowedEnv)]);
  return { config, warnings: configWarnings(config, unknownKeys), allowedEnv, secrets, source };
}

function mergeSources({ env, cwd, packageRoot }: ConfigSource): EnvironmentRecord {
  const own = { ...readEnvFile(join(cwd, '.env')), ...withoutEmpty(env) };
  const environment = own['ENVIRONMENT']?.trim() ?? 'development';
  if (!isEnvironment(environment)) return own;
  // ENVIRONMENT chose the file, so the file has no say in it.
  return { ...readEnvFile(join(packageRoot, 'config', `${environment}.env`)), ENVIRONMENT: environment, ...own };
}

function readEnvFile(path: string): Record<string, string> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT') return {};
    throw error;
  }
  return withoutEmpty(parseEnv(text));
}

function withoutEmpty(env: EnvironmentRecord): Record<string, string> {
  const entries = Object.entries(env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && entry[1].trim() !== '',
  );
  return Object.fromEntries(entries);
}

function isEnvironment(value: string): value is Environment {
  return (ENVIRONMENTS as readonly string[]).includes(value);
}
