import { type DynamicModule, Module } from '@nestjs/common';
import { AuthModule } from './auth/index.js';
import { AppConfig, ConfigModule, type LoadedConfig } from './config/index.js';
import { EventsModule, RelayModule } from './events/index.js';
import { RunEngine, ExecutorModule } from './executor/index.js';
import { FleetModule } from './fleet/index.js';
import { GraphsModule } from './graphs/index.js';
import { HttpModule } from './http/index.js';
import { DependencyChecks, HealthModule, LoggingModule, MetricsModule, TracingModule } from './observability/index.js';
import { HttpPolicy, PluginLoaderModule, PluginsModule } from './plugins/index.js';
import { RefusalMetrics } from './refusal-metrics.js';
import { PoolMetrics } from './pool-metrics.js';
import { RunMetrics } from './run-metrics.js';
import { RunsModule } from './runs/index.js';
import { ServiceMetrics } from './service-metrics.js';
import { StorageHealth, StorageModule, type StorageOptions } from './storage/index.js';

/** Which database a configuration names. */
export const storageOptions = ({ cache, database }: AppConfig): StorageOptions => ({
  url: database.url,
  synchronous: database.synchronous,
  echoSql: database.echoSql,
  migrate: database.migrate,
  maxConnections: database.maxConnections,
  connectionTimeoutSec: database.connectionTimeout,
  cache: {
    isEnabled: cache.enableCache,
    ttlMs: cache.defaultTtlSeconds * 1_000,
    maxWeight: cache.maxCacheSizeMb * 1_024,
  },
});

const httpPolicy = ({ security }: AppConfig): HttpPolicy => ({
  allowPrivate: security.httpAllowPrivate,
  allowedHosts: security.httpAllowedHosts,
  deniedHosts: security.httpDeniedHosts,
});

const dependencyChecks = (storage: StorageHealth, engine: RunEngine, config: AppConfig): DependencyChecks =>
  new DependencyChecks([
    { name: 'database', refusal: 'the database does not answer', check: () => storage.check() },
    {
      name: 'engine',
      refusal: 'the engine does not run',
      isLocal: true,
      check: () =>
        engine.phase === 'running' ? Promise.resolve() : Promise.reject(new Error(`the engine is ${engine.phase}`)),
    },
    // Whoever only accepts runs can do so without the queue, up to its backlog.
    ...(config.role === 'worker'
      ? [{ name: 'queue', refusal: 'the queue does not answer', check: () => engine.checkQueue() }]
      : []),
  ]);

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
        RelayModule.forRoot(loaded.config),
        StorageModule.forRootAsync({ inject: [AppConfig], useFactory: storageOptions }),
        HealthModule.forRoot({
          imports: [ExecutorModule],
          checks: {
            provide: DependencyChecks,
            inject: [StorageHealth, RunEngine, AppConfig],
            useFactory: dependencyChecks,
          },
        }),
        MetricsModule.forRoot(loaded.config),
        TracingModule.forRoot(loaded.config),
        PluginsModule.forRootAsync({ inject: [AppConfig], useFactory: httpPolicy }),
        PluginLoaderModule.forRoot(loaded),
        AuthModule,
        EventsModule,
        ExecutorModule,
        HttpModule,
        GraphsModule,
        RunsModule,
        FleetModule,
      ],
      providers: [ServiceMetrics, RunMetrics, PoolMetrics, RefusalMetrics],
    };
  }
}
