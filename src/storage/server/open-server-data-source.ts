import type { DataSourceOptions } from 'typeorm';
import { refusePending } from '../migrations/schema-standing.js';
import { StorageDataSource } from '../storage-data-source.js';
import type { MigrateMode } from '../storage-options.js';
import { DatabaseOpenError } from '../storage.errors.js';
import { openFailure } from './open-failure.js';
import { checkServerVersion } from './server-version.js';
import { migrateServer, pendingServerMigrations } from './migrations/migrate-server.js';

/**
 * Opens the database of a server and brings its schema up to date, or checks that it is.
 *
 * @throws {DatabaseOpenError | DatabaseTooNewError | IncompleteCopyError | MigrationsPendingError} and leaves nothing open.
 */
export async function openServerDataSource(
  options: DataSourceOptions,
  mode: MigrateMode = 'auto',
): Promise<StorageDataSource> {
  const dataSource = await connectServer(options);
  try {
    if (mode === 'auto') await migrateServer(dataSource);
    else refusePending(await pendingServerMigrations(dataSource));
    return dataSource;
  } catch (error) {
    await dataSource.destroy();
    throw error;
  }
}

/** Opens the database of a server as it is. @throws {DatabaseOpenError} and leaves nothing open. */
export async function connectServer(options: DataSourceOptions): Promise<StorageDataSource> {
  const dataSource = new StorageDataSource(options);
  try {
    await dataSource.initialize();
  } catch (error) {
    throw new DatabaseOpenError(`DATABASE__URL: cannot open the database: ${openFailure(error)}`, { cause: error });
  }
  try {
    await checkServerVersion(dataSource);
    return dataSource;
  } catch (error) {
    await dataSource.destroy();
    throw error;
  }
}
