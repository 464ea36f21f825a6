import type { DataSourceOptions } from 'typeorm';
import { parseDatabaseUrl } from '../database-url.js';
import { maskedUrl } from '../masked-url.js';
import { dataSourceOptionsOf } from '../open-database.js';
import { migrate } from '../migrations/migrate.js';
import { connectDataSource } from '../sqlite/open-data-source.js';
import type { StorageDataSource } from '../storage-data-source.js';
import type { StorageOptions } from '../storage-options.js';
import { DatabaseOpenError } from '../storage.errors.js';

export interface MigrationReport {
  /** The URL without its password. */
  readonly database: string;
  /** Oldest first; none if the schema was up to date, or another process has just migrated it. */
  readonly applied: readonly string[];
}

/**
 * Brings the schema of a database up to date, and makes a SQLite file that is not there. However many do so at once, one
 * does it and the others wait.
 *
 * @throws {DatabaseUrlError | DatabaseOpenError | DatabaseTooNewError | IncompleteCopyError}
 * @throws {MigrationBlockedError} if a process of another version runs on the SQLite database.
 */
export async function migrateDatabase(options: StorageOptions): Promise<MigrationReport> {
  if (parseDatabaseUrl(options.url).kind === 'memory') {
    throw new DatabaseOpenError('DATABASE__URL: a database in memory is migrated by its own process alone');
  }
  const { dataSource, apply } = await connect(await dataSourceOptionsOf(options));
  try {
    return { database: maskedUrl(options.url), applied: await apply(dataSource) };
  } finally {
    await dataSource.destroy();
  }
}

async function connect(options: DataSourceOptions): Promise<{
  readonly dataSource: StorageDataSource;
  readonly apply: (dataSource: StorageDataSource) => Promise<readonly string[]>;
}> {
  if (options.type === 'better-sqlite3') return { dataSource: await connectDataSource(options), apply: migrate };
  const { connectServer, migrateServer } = await import('../server/index.js');
  return { dataSource: await connectServer(options), apply: migrateServer };
}
