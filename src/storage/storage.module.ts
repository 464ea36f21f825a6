import { type DynamicModule, type FactoryProvider, Logger, Module, type ModuleMetadata } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { CacheSpace } from './cache/index.js';
import { Ids } from './ids.js';
import { Journal } from './journal/journal.js';
import { SqliteJournal } from './journal/sqlite-journal.js';
import { AllGraphsRepository } from './repositories/all-graphs.repository.js';
import { AllRunsRepository } from './repositories/all-runs.repository.js';
import { ApiKeyRepository } from './repositories/api-key.repository.js';
import { ArtifactRepository } from './repositories/artifact.repository.js';
import { GraphRepository } from './repositories/graph.repository.js';
import { IdempotencyGuard } from './repositories/idempotency-guard.js';
import { IdempotencyRepository } from './repositories/idempotency.repository.js';
import { LeaseRepository } from './repositories/lease.repository.js';
import { RunRemovalRepository } from './repositories/run-removal.repository.js';
import { RunRepository } from './repositories/run.repository.js';
import { SqliteAllGraphsRepository } from './repositories/sqlite-all-graphs.repository.js';
import { SqliteAllRunsRepository } from './repositories/sqlite-all-runs.repository.js';
import { SqliteApiKeyRepository } from './repositories/sqlite-api-key.repository.js';
import { SqliteArtifactRepository } from './repositories/sqlite-artifact.repository.js';
import { SqliteGraphRepository } from './repositories/sqlite-graph.repository.js';
import { SqliteIdempotencyRepository } from './repositories/sqlite-idempotency.repository.js';
import { SqliteLeaseRepository } from './repositories/sqlite-lease.repository.js';
import { SqliteRunRemovalRepository } from './repositories/sqlite-run-removal.repository.js';
import { SqliteRunRepository } from './repositories/sqlite-run.repository.js';
import { dataSourceOptions } from './sqlite/data-source-options.js';
import { openDataSource } from './sqlite/open-data-source.js';
import { SqliteDatabase } from './sqlite/sqlite-database.js';
import type { SqliteDataSource } from './sqlite/sqlite-data-source.js';
import { StorageHealth } from './storage-health.js';
import { StorageOptions } from './storage-options.js';
import { StorageStatistics } from './storage-statistics.js';
import { DEFAULT_WRITER_LIMITS, GroupCommitWriter } from './writer/group-commit-writer.js';

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
          provide: SqliteDatabase,
          inject: [DataSource],
          useFactory: (source: SqliteDataSource) => new SqliteDatabase(source),
        },
        { provide: GroupCommitWriter, inject: [SqliteDatabase, StorageOptions], useFactory: createWriter },
        {
          provide: CacheSpace,
          inject: [StorageOptions],
          useFactory: ({ cache }: StorageOptions) => new CacheSpace(cache),
        },
        IdempotencyGuard,
        ...PORTS,
        StorageHealth,
        StorageStatistics,
        Ids,
      ],
      exports: [
        ...PORTS.map(({ provide }) => provide),
        CacheSpace,
        GroupCommitWriter,
        StorageHealth,
        StorageStatistics,
        Ids,
      ],
    };
  }
}

const PORTS = [
  { provide: Journal, useClass: SqliteJournal },
  { provide: RunRepository, useClass: SqliteRunRepository },
  { provide: AllRunsRepository, useClass: SqliteAllRunsRepository },
  { provide: GraphRepository, useClass: SqliteGraphRepository },
  { provide: AllGraphsRepository, useClass: SqliteAllGraphsRepository },
  { provide: ArtifactRepository, useClass: SqliteArtifactRepository },
  { provide: IdempotencyRepository, useClass: SqliteIdempotencyRepository },
  { provide: RunRemovalRepository, useClass: SqliteRunRemovalRepository },
  { provide: LeaseRepository, useClass: SqliteLeaseRepository },
  { provide: ApiKeyRepository, useClass: SqliteApiKeyRepository },
];

function typeOrm(options: DynamicModule): DynamicModule {
  return TypeOrmModule.forRootAsync({
    imports: [options],
    inject: [StorageOptions],
    // What keeps a file from being opened does not pass by itself: fail at once, and say why once.
    useFactory: (storage: StorageOptions) => ({ ...dataSourceOptions(storage), toRetry: () => false }),
    dataSourceFactory: (typeOrmOptions) => openDataSource(typeOrmOptions as DataSourceOptions),
  });
}

function createWriter(database: SqliteDatabase, options: StorageOptions): GroupCommitWriter {
  const lockTimeoutMs = options.connectionTimeoutSec * 1_000;
  const writer = new GroupCommitWriter(database, { ...DEFAULT_WRITER_LIMITS, lockTimeoutMs });
  database.beforeClose(async () => {
    await writer.close();
    try {
      database.checkpoint();
    } catch (error) {
      // Nothing is lost: the next process that opens the database finds the log and goes on from it.
      new Logger(StorageModule.name).warn(`the write-ahead log could not be merged: ${String(error)}`);
    }
  });
  return writer;
}
