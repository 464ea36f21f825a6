import type { DataSourceOptions } from 'typeorm';
import { StorageDataSource } from '../storage-data-source.js';
import { DatabaseOpenError } from '../storage.errors.js';
import { openFailure } from './open-failure.js';
import { checkServerVersion } from './server-version.js';
import { migrateServer } from './migrations/migrate-server.js';

/**
 * Opens the database of a server and brings its schema up to date.
 *
 * @throws {DatabaseOpenError | DatabaseTooNewError} and leaves nothing open.
 */
export async function openServerDataSource(options: DataSourceOptions): Promise<StorageDataSource> {
  const dataSource = new StorageDataSource(options);
  try {
    await dataSource.initialize();
  } catch (error) {
    throw new DatabaseOpenError(`DATABASE__URL: cannot open the database: ${openFailure(error)}`, { cause: error });
  }
  try {
    await checkServerVersion(dataSource);
    await migrateServer(dataSource);
    return dataSource;
  } catch (error) {
    await dataSource.destroy();
    throw error;
  }
}
