import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { storageOptions } from '../../app.module.js';
import { ApiKeysModule, ApiKeysService } from '../../auth/index.js';
import { AppConfig, ConfigModule, loadConfig } from '../../config/index.js';
import { StorageModule } from '../../storage/index.js';
import type { CliContext } from '../cli-context.js';
import { CliError } from '../cli-errors.js';
import { StderrLogger } from '../local/stderr-logger.js';
import { generateApiKey } from '../setup/env-file.js';

/**
 * The keys in the database of the configuration, whether a service runs on it or not. A command writes to no table but that
 * of the keys, of which the owner of the database keeps nothing for long: so it neither needs the lease nor takes it.
 */
export class KeysApp {
  private constructor(private readonly app: INestApplicationContext) {}

  /** @throws {ConfigError | CliError | DatabaseOpenError | DatabaseTooNewError} */
  static async open({ env, cwd, packageRoot, stderr }: CliContext): Promise<KeysApp> {
    // The first key of a service can be made before there is any, which production would otherwise refuse.
    const anyKey = { SECURITY__API_KEY: generateApiKey(), SECURITY__API_KEY_FILE: undefined };
    const loaded = loadConfig({ env: { ...env, ...anyKey }, cwd, packageRoot });
    if (loaded.config.database.url === 'sqlite::memory:') {
      throw new CliError(
        'DATABASE__URL is in memory: a key would be gone at once; set it to the database of the service',
      );
    }
    const module = {
      module: KeysApp,
      imports: [
        ConfigModule.forRoot(loaded),
        StorageModule.forRootAsync({ inject: [AppConfig], useFactory: storageOptions }),
        ApiKeysModule,
      ],
    };
    const logger = new StderrLogger(stderr, loaded.secrets);
    return new KeysApp(await NestFactory.createApplicationContext(module, { abortOnError: false, logger }));
  }

  get keys(): ApiKeysService {
    return this.app.get(ApiKeysService, { strict: false });
  }

  close(): Promise<void> {
    return this.app.close();
  }
}
