import type { DataSourceOptions } from 'typeorm';
import type { CacheSpace } from './cache/index.js';
import { parseDatabaseUrl } from './database-url.js';
import { dataSourceOptions } from './sqlite/data-source-options.js';
import { openDataSource } from './sqlite/open-data-source.js';
import { sqliteAdapters } from './sqlite/sqlite-adapters.js';
import type { StorageAdapters } from './storage-adapters.js';
import type { StorageDataSource } from './storage-data-source.js';
import type { MigrateMode, StorageOptions } from './storage-options.js';

/** What TypeORM needs to know to open the database. @throws {DatabaseUrlError} */
export async function dataSourceOptionsOf(options: StorageOptions): Promise<DataSourceOptions> {
  const location = parseDatabaseUrl(options.url);
  if (location.kind !== 'server') return dataSourceOptions(options);
  const { serverDataSourceOptions } = await server();
  return serverDataSourceOptions(location, options);
}

/**
 * Opens the database and brings its schema up to date, or checks that it is.
 *
 * @throws {DatabaseOpenError | DatabaseTooNewError | IncompleteCopyError | MigrationBlockedError | MigrationsPendingError} and
 * leaves nothing open.
 */
export async function openDatabase(options: DataSourceOptions, mode: MigrateMode = 'auto'): Promise<StorageDataSource> {
  if (options.type === 'better-sqlite3') return openDataSource(options, mode);
  const { openServerDataSource } = await server();
  return openServerDataSource(options, mode);
}

/** The ports on an open database. */
export async function adaptersOf(
  dataSource: StorageDataSource,
  options: StorageOptions,
  space: CacheSpace,
): Promise<StorageAdapters> {
  if (dataSource.options.type === 'better-sqlite3') return sqliteAdapters(dataSource, options, space);
  const { serverAdapters } = await server();
  return serverAdapters(dataSource, options);
}

/** Loaded by those alone who have a database server. */
function server() {
  return import('./server/index.js');
}
