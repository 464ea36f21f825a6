import { type DynamicModule, Module } from '@nestjs/common';
import { ConfigModule as NestConfigModule } from '@nestjs/config';
import { AppConfig } from './app.config.js';
import { ConfigController } from './config.controller.js';
import { ConfigInspector } from './config-inspector.js';
import { ConfigReloader } from './config-reloader.js';
import { LiveConfig } from './live-config.js';
import { LoadedConfig } from './load-config.js';
import { SecretRegistry } from './secrets/secret-registry.js';

/**
 * The configuration for everybody: `AppConfig` for our own classes; `@nestjs/config`'s `ConfigService`, by path
 * (`execution.maxRetries`), for plugins and other modules that know only Nest. There the sections change with `AppConfig`;
 * what stands in no section is as it was at the start.
 */
@Module({})
export class ConfigModule {
  /** `loaded` was read before Nest started, so that a fault stops the process with its own lines. */
  static forRoot(loaded: LoadedConfig): DynamicModule {
    const { config } = loaded;
    return {
      module: ConfigModule,
      global: true,
      imports: [
        // Our loader has read everything already: left on, it would copy `.env` into process.env, for child processes to see.
        NestConfigModule.forRoot({
          isGlobal: true,
          ignoreEnvFile: true,
          ignoreEnvVars: true,
          skipProcessEnv: true,
          load: [() => ({ ...config })],
        }),
      ],
      controllers: [ConfigController],
      providers: [
        { provide: AppConfig, useValue: config },
        { provide: LoadedConfig, useValue: loaded },
        { provide: SecretRegistry, useValue: loaded.secrets },
        LiveConfig,
        ConfigReloader,
        ConfigInspector,
      ],
      exports: [AppConfig, LoadedConfig, LiveConfig, SecretRegistry],
    };
  }
}
