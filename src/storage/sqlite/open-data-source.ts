import type { DataSourceOptions } from 'typeorm';
import { migrate, pendingMigrations } from '../migrations/migrate.js';
import { refusePending } from '../migrations/schema-standing.js';
import type { MigrateMode } from '../storage-options.js';
import { DatabaseOpenError } from '../storage.errors.js';
import { checkLocation } from './check-location.js';
import { StorageDataSource } from '../storage-data-source.js';
import { unavailability } from './sqlite-failure.js';
import { sqliteHandle } from './sqlite-handle.js';

/** How long a statement may block the process while another one holds the lock. Whoever can wait longer does so without blocking. */
const BLOCKING_WAIT_MS = 50;

/**
 * Opens the database and brings its schema up to date, or checks that it is.
 *
 * @throws {DatabaseOpenError | DatabaseTooNewError | IncompleteCopyError | MigrationBlockedError | MigrationsPendingError} and
 * leaves nothing open.
 */
export async function openDataSource(
  options: DataSourceOptions,
  mode: MigrateMode = 'auto',
): Promise<StorageDataSource> {
  const dataSource = await connectDataSource(options);
  try {
    if (mode === 'auto') await migrate(dataSource);
    else refusePending(pendingMigrations(dataSource));
    sqliteHandle(dataSource).pragma(`busy_timeout = ${BLOCKING_WAIT_MS}`);
    return dataSource;
  } catch (error) {
    await dataSource.destroy();
    throw toOpenError(error, options);
  }
}

/** Opens the database as it is; makes a file that is not there. @throws {DatabaseOpenError} and leaves nothing open. */
export async function connectDataSource(options: DataSourceOptions): Promise<StorageDataSource> {
  const path = String(options.database);
  if (path !== ':memory:') await checkLocation(path);
  const dataSource = new StorageDataSource(options);
  try {
    await dataSource.initialize();
    return dataSource;
  } catch (error) {
    if (dataSource.isInitialized) await dataSource.destroy();
    throw toOpenError(error, options);
  }
}

function toOpenError(error: unknown, { database }: DataSourceOptions): unknown {
  const reason = unavailability(error);
  if (reason === undefined) return error;
  return new DatabaseOpenError(`cannot open the database ${String(database)}: ${reason}`, { cause: error });
}
