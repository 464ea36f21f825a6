import type { AppConfig } from './app.config.js';
import { ConfigError, type ConfigFault } from './config.errors.js';
import { mapVariables } from './map-environment.js';
import { type ConfigSource, readVariables } from './read-variables.js';
import { configuredSecrets, templateSecrets } from './secrets/configured-secrets.js';
import { SecretRegistry } from './secrets/secret-registry.js';
import type { Variables } from './variables.js';
import { configWarnings, unknownKeyWarnings } from './warnings.js';
import { workerNumberOf } from './worker-number.js';

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
  /** Which of the processes this is that its parent started, from 1; undefined where it has no such parent. */
  abstract readonly workerNumber: number | undefined;
  /** What the configuration was made from. Secret. */
  abstract readonly variables: Variables;
}

/**
 * Reads, checks and types the configuration. The process environment wins over `.env`, which wins over
 * `config/<ENVIRONMENT>.env`, which wins over the defaults; a value that is empty counts as not set.
 *
 * @throws {ConfigError} with every fault.
 */
export function loadConfig(source: ConfigSource): LoadedConfig {
  const { variables, faults } = readVariables(source);
  const config = mapped(variables, faults);
  const allowedEnv = allowedEnvOf(config, variables);
  return {
    config,
    warnings: configWarnings(config, variables),
    allowedEnv,
    secrets: new SecretRegistry([...configuredSecrets(config), ...templateSecrets(allowedEnv)]),
    source,
    workerNumber: workerNumberOf(source.env),
    variables,
  };
}

/** The variables that templates may read, with their values. */
export function allowedEnvOf({ plugins }: AppConfig, variables: Variables): Readonly<Record<string, string>> {
  return Object.fromEntries(
    plugins.allowedEnv.flatMap((name) => {
      const variable = variables.get(name);
      return variable === undefined ? [] : [[name, variable.text]];
    }),
  );
}

function mapped(variables: Variables, unreadable: readonly ConfigFault[]): AppConfig {
  try {
    return mapVariables(variables, unreadable);
  } catch (error) {
    throw error instanceof ConfigError ? new ConfigError(error.faults, unknownKeyWarnings(variables)) : error;
  }
}
