import { type AppConfig, type LoadedConfig, loadConfig } from '../../config/index.js';
import type { CliContext } from '../cli-context.js';
import { allowListWith } from '../demo/allow-host.js';
import { generateApiKey } from '../setup/env-file.js';

export interface LocalOptions {
  /** `address:port` that agents may call besides what the configuration allows. */
  readonly allowedHost?: string;
}

/**
 * The configuration of an engine inside a command: what the service would have here, but with nothing kept on disk, no log
 * file of the service touched, and no need for a key, as nobody can call it.
 *
 * @throws {ConfigError} with every fault.
 */
export function loadLocalConfig(
  { env, cwd, packageRoot }: CliContext,
  { allowedHost }: LocalOptions = {},
): LoadedConfig {
  const loaded = loadConfig({ env: { ...env, SECURITY__API_KEY: generateApiKey() }, cwd, packageRoot });
  const { config } = loaded;
  // The key of the service stays a secret where the service is not.
  loaded.secrets.register(env['SECURITY__API_KEY'] ?? '');
  const httpAllowedHosts =
    (allowedHost === undefined ? undefined : allowListWith(allowedHost, config.security)) ??
    config.security.httpAllowedHosts;
  const local: AppConfig = {
    ...config,
    database: { ...config.database, url: 'sqlite::memory:' },
    logging: { ...config.logging, filePath: undefined },
    security: { ...config.security, httpAllowedHosts },
  };
  return { ...loaded, config: local };
}
