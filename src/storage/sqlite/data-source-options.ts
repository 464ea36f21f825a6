import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type BetterSqlite3 from 'better-sqlite3';
import type { BetterSqlite3DataSourceOptions } from 'typeorm/driver/better-sqlite3/BetterSqlite3DataSourceOptions.js';
import { ENTITIES } from '../entities/entities.js';
import { MIGRATIONS_TABLE } from '../migrations/migrate.js';
import { MIGRATIONS } from '../migrations/migrations.js';
import type { StorageOptions } from '../storage-options.js';
import { parseDatabaseUrl } from '../database-url.js';
import { DatabaseUrlError } from '../storage.errors.js';
import { sqlEcho } from './echo-sql.js';
import { isLocked } from './sqlite-failure.js';

/** The system's own cache holds the file as well; a larger one of ours only makes the process larger. */
const PAGE_CACHE_KIBIBYTES = 4_096;
/** How large the write-ahead log may stay after a burst. */
const MAX_IDLE_LOG_BYTES = 64 * 1_024 * 1_024;
const RETRY_EVERY_MS = 20;

/** What TypeORM needs to know to open a SQLite database. @throws {DatabaseUrlError} */
export function dataSourceOptions(options: StorageOptions): BetterSqlite3DataSourceOptions {
  const location = parseDatabaseUrl(options.url);
  if (location.kind === 'server') throw new DatabaseUrlError('DATABASE__URL names no SQLite database');
  return {
    type: 'better-sqlite3',
    database: location.kind === 'memory' ? ':memory:' : resolve(location.path),
    timeout: options.connectionTimeoutSec * 1_000,
    prepareDatabase: (handle: BetterSqlite3.Database) => prepareDatabase(handle, options),
    verbose: options.echoSql ? sqlEcho() : undefined,
    entities: ENTITIES,
    migrations: MIGRATIONS,
    migrationsTableName: MIGRATIONS_TABLE,
    // TypeORM's own log would go to the console, past the application's: errors are thrown anyway, `verbose` has the statements.
    logger: 'debug',
  };
}

async function prepareDatabase(handle: BetterSqlite3.Database, options: StorageOptions): Promise<void> {
  try {
    // Before anything else: it can only be chosen while the file is empty. An existing one keeps what it has.
    handle.pragma('auto_vacuum = INCREMENTAL');
    await useWriteAheadLog(handle, performance.now() + options.connectionTimeoutSec * 1_000);
    // Set on every connection: it is no property of the file.
    handle.pragma(`synchronous = ${options.synchronous}`);
    handle.pragma('foreign_keys = ON');
    handle.pragma(`cache_size = -${PAGE_CACHE_KIBIBYTES}`);
    handle.pragma(`journal_size_limit = ${MAX_IDLE_LOG_BYTES}`);
  } catch (error) {
    handle.close();
    throw error;
  }
}

/** Unlike other statements this one does not wait for another process that is opening the database. */
async function useWriteAheadLog(handle: BetterSqlite3.Database, deadline: number): Promise<void> {
  for (;;) {
    try {
      handle.pragma('journal_mode = WAL');
      return;
    } catch (error) {
      if (!isLocked(error) || performance.now() >= deadline) throw error;
      await sleep(RETRY_EVERY_MS);
    }
  }
}
