import { type LoadedConfig, type SecretRegistry, loadConfig } from '../../config/index.js';
import type { CliContext } from '../cli-context.js';
import { CliError, fieldOf, messageOf } from '../cli-errors.js';
import { generateApiKey } from '../setup/env-file.js';

/**
 * The configuration, for what needs no more of it than the database: a migration Job has no API key, which production would
 * otherwise miss. @throws {ConfigError}
 */
export function loadDatabaseConfig({ env, cwd, packageRoot }: CliContext): LoadedConfig {
  const anyKey = { SECURITY__API_KEY: generateApiKey(), SECURITY__API_KEY_FILE: undefined };
  return loadConfig({ env: { ...env, ...anyKey }, cwd, packageRoot });
}

/** Errors of `work` without the passwords that a driver may have put into them. */
export async function withoutSecrets<Result>(secrets: SecretRegistry, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const message = secrets.text(messageOf(error));
    const code = fieldOf(error, 'code');
    throw new CliError(message === '' && typeof code === 'string' ? code : message);
  }
}
