import type { DataSourceOptions } from 'typeorm';
import { StorageDataSource } from '../storage-data-source.js';
import { DatabaseOpenError } from '../storage.errors.js';
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
    // The drivers name the host and the user, never the password.
    const reason = error instanceof Error && error.message !== '' ? error.message : String(error);
    throw new DatabaseOpenError(`DATABASE__URL: cannot open the database: ${reason}`, { cause: error });
  }
  try {
    await migrateServer(dataSource);
    return dataSource;
  } catch (error) {
    await dataSource.destroy();
    throw error;
  }
}
