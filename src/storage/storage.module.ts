import { type DynamicModule, type FactoryProvider, Module, type ModuleMetadata } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { CacheSpace } from './cache/index.js';
import { Ids } from './ids.js';
import { Journal } from './journal/journal.js';
import { AllGraphsRepository } from './repositories/all-graphs.repository.js';
import { AllRunsRepository } from './repositories/all-runs.repository.js';
import { ApiKeyRepository } from './repositories/api-key.repository.js';
import { ArtifactRepository } from './repositories/artifact.repository.js';
import { FleetRunsRepository } from './repositories/fleet-runs.repository.js';
import { FleetLeaseRepository } from './repositories/fleet-lease.repository.js';
import { FleetMemberRepository } from './repositories/fleet-member.repository.js';
import { GraphRepository } from './repositories/graph.repository.js';
import { IdempotencyRepository } from './repositories/idempotency.repository.js';
import { LeaseRepository } from './repositories/lease.repository.js';
import { PoolAttemptRepository } from './repositories/pool-attempt.repository.js';
import { RunRemovalRepository } from './repositories/run-removal.repository.js';
import { RunRepository } from './repositories/run.repository.js';
import { SharedSecretRepository } from './repositories/shared-secret.repository.js';
import { adaptersOf, dataSourceOptionsOf, openDatabase } from './open-database.js';
import { StorageAdapters } from './storage-adapters.js';
import type { StorageDataSource } from './storage-data-source.js';
import { StorageHealth } from './storage-health.js';
import { type MigrateMode, StorageOptions } from './storage-options.js';
import { StorageStatistics } from './storage-statistics.js';
import { StorageWriter } from './writer/storage-writer.js';

/** Where the options come from. */
export type StorageModuleOptions = Pick<ModuleMetadata, 'imports'> &
  Pick<FactoryProvider<StorageOptions>, 'inject' | 'useFactory'>;

@Module({})
class StorageOptionsModule {}

/** Opens the database when the application starts; writes what waits and closes it when the application stops. */
@Module({})
export class StorageModule {
  /** For the whole application: whoever needs a journal or a repository injects it, without importing this again. */
  static forRootAsync({ imports, inject, useFactory }: StorageModuleOptions): DynamicModule {
    const options: DynamicModule = {
      module: StorageOptionsModule,
      imports,
      providers: [{ provide: StorageOptions, inject, useFactory }],
      exports: [StorageOptions],
    };
    return {
      module: StorageModule,
      global: true,
      imports: [options, typeOrm(options)],
      providers: [
        {
          provide: CacheSpace,
          inject: [StorageOptions],
          useFactory: ({ cache }: StorageOptions) => new CacheSpace(cache),
        },
        {
          provide: StorageAdapters,
          inject: [DataSource, StorageOptions, CacheSpace],
          useFactory: (source: StorageDataSource, storage: StorageOptions, space: CacheSpace) =>
            adaptersOf(source, storage, space),
        },
        ...PORTS.map(({ provide, from }) => ({ provide, inject: [StorageAdapters], useFactory: from })),
        Ids,
      ],
      exports: [...PORTS.map(({ provide }) => provide), CacheSpace, Ids],
    };
  }
}

const PORTS = [
  { provide: Journal, from: ({ journal }: StorageAdapters) => journal },
  { provide: RunRepository, from: ({ runs }: StorageAdapters) => runs },
  { provide: AllRunsRepository, from: ({ allRuns }: StorageAdapters) => allRuns },
  { provide: GraphRepository, from: ({ graphs }: StorageAdapters) => graphs },
  { provide: AllGraphsRepository, from: ({ allGraphs }: StorageAdapters) => allGraphs },
  { provide: ArtifactRepository, from: ({ artifacts }: StorageAdapters) => artifacts },
  { provide: IdempotencyRepository, from: ({ idempotency }: StorageAdapters) => idempotency },
  { provide: RunRemovalRepository, from: ({ removals }: StorageAdapters) => removals },
  { provide: LeaseRepository, from: ({ leases }: StorageAdapters) => leases },
  { provide: FleetRunsRepository, from: ({ fleetRuns }: StorageAdapters) => fleetRuns },
  { provide: SharedSecretRepository, from: ({ sharedSecrets }: StorageAdapters) => sharedSecrets },
  { provide: ApiKeyRepository, from: ({ apiKeys }: StorageAdapters) => apiKeys },
  { provide: FleetLeaseRepository, from: ({ fleetLeases }: StorageAdapters) => fleetLeases },
  { provide: PoolAttemptRepository, from: ({ poolAttempts }: StorageAdapters) => poolAttempts },
  { provide: FleetMemberRepository, from: ({ members }: StorageAdapters) => members },
  { provide: StorageWriter, from: ({ writer }: StorageAdapters) => writer },
  { provide: StorageHealth, from: ({ health }: StorageAdapters) => health },
  { provide: StorageStatistics, from: ({ statistics }: StorageAdapters) => statistics },
];

function typeOrm(options: DynamicModule): DynamicModule {
  return TypeOrmModule.forRootAsync({
    imports: [options],
    inject: [StorageOptions],
    // What keeps a database from being opened does not pass by itself: fail at once, and say why once.
    useFactory: async (storage: StorageOptions) => ({
      ...(await dataSourceOptionsOf(storage)),
      migrateMode: storage.migrate,
      toRetry: () => false,
    }),
    dataSourceFactory: (typeOrmOptions) => {
      const { migrateMode, ...own } = typeOrmOptions as DataSourceOptions & { readonly migrateMode?: MigrateMode };
      return openDatabase(own, migrateMode);
    },
  });
}
