import type { DataSourceOptions } from 'typeorm';
import { migrate } from '../migrations/migrate.js';
import { DatabaseOpenError } from '../storage.errors.js';
import { checkLocation } from './check-location.js';
import { StorageDataSource } from '../storage-data-source.js';
import { unavailability } from './sqlite-failure.js';
import { sqliteHandle } from './sqlite-handle.js';

/** How long a statement may block the process while another one holds the lock. Whoever can wait longer does so without blocking. */
const BLOCKING_WAIT_MS = 50;

/**
 * Opens the database and brings its schema up to date.
 *
 * @throws {DatabaseOpenError | DatabaseTooNewError} and leaves nothing open.
 */
export async function openDataSource(options: DataSourceOptions): Promise<StorageDataSource> {
  const path = String(options.database);
  if (path !== ':memory:') await checkLocation(path);
  const dataSource = new StorageDataSource(options);
  try {
    await dataSource.initialize();
    await migrate(dataSource);
    sqliteHandle(dataSource).pragma(`busy_timeout = ${BLOCKING_WAIT_MS}`);
    return dataSource;
  } catch (error) {
    if (dataSource.isInitialized) await dataSource.destroy();
    const reason = unavailability(error);
    throw reason === undefined
      ? error
      : new DatabaseOpenError(`cannot open the database ${path}: ${reason}`, { cause: error });
  }
}
