import { type DynamicModule, Module } from '@nestjs/common';
import { AuthModule } from './auth/index.js';
import { AppConfig, ConfigModule, type LoadedConfig } from './config/index.js';
import { ExecutorModule } from './executor/index.js';
import { GraphsModule } from './graphs/index.js';
import { DatabaseCheck, HealthModule, LoggingModule, MetricsModule, TracingModule } from './observability/index.js';
import { HttpPolicy, PluginLoaderModule, PluginsModule } from './plugins/index.js';
import { RunsModule } from './runs/index.js';
import { ServiceMetrics } from './service-metrics.js';
import { StorageHealth, StorageModule, type StorageOptions } from './storage/index.js';

const storageOptions = ({ database }: AppConfig): StorageOptions => ({
  url: database.url,
  synchronous: database.synchronous,
  echoSql: database.echoSql,
  connectionTimeoutSec: database.connectionTimeout,
});

const httpPolicy = ({ security }: AppConfig): HttpPolicy => ({
  allowPrivate: security.httpAllowPrivate,
  allowedHosts: security.httpAllowedHosts,
});

/** The whole service. */
@Module({})
export class AppModule {
  /** @param loaded Read and checked before Nest starts, so that a fault stops the process with its own lines. */
  static register(loaded: LoadedConfig): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.forRoot(loaded),
        LoggingModule,
        StorageModule.forRootAsync({ inject: [AppConfig], useFactory: storageOptions }),
        HealthModule.forRoot({ databaseCheck: { provide: DatabaseCheck, useExisting: StorageHealth } }),
        MetricsModule.forRoot(loaded.config),
        TracingModule.forRoot(loaded.config),
        PluginsModule.forRootAsync({ inject: [AppConfig], useFactory: httpPolicy }),
        PluginLoaderModule.forRoot(loaded),
        AuthModule,
        ExecutorModule,
        GraphsModule,
        RunsModule,
      ],
      providers: [ServiceMetrics],
    };
  }
}
