import type { DataSource } from 'typeorm';
import { sqliteHandle } from '../sqlite/sqlite-handle.js';
import { pendingOf } from './schema-standing.js';
import { revokeLease, untilUnowned } from './until-unowned.js';

/** Where TypeORM keeps the names of the migrations that a database has been through. */
export const MIGRATIONS_TABLE = 'schema_migrations';

/**
 * Brings the schema up to date, in one transaction. Of several processes that start at once, one does it and the others wait.
 *
 * @returns the migrations that this call applied, oldest first.
 * @throws {DatabaseTooNewError} if the database has been through a migration that this program does not know.
 * @throws {IncompleteCopyError} if `wand db copy` has not finished with the database.
 * @throws {MigrationBlockedError} if a process of another version runs on the database: it does not know what would change.
 */
export async function migrate(dataSource: DataSource): Promise<readonly string[]> {
  if (pendingMigrations(dataSource).length === 0) return [];
  const handle = sqliteHandle(dataSource);
  await untilUnowned(handle);
  // TypeORM takes its lock with the first write, after it has read what is to be done: too late to keep another process out.
  handle.exec('BEGIN IMMEDIATE');
  try {
    const pending = pendingMigrations(dataSource);
    if (pending.length > 0) {
      revokeLease(handle);
      await dataSource.runMigrations({ transaction: 'none' });
    }
    handle.exec('COMMIT');
    return pending;
  } catch (error) {
    if (handle.inTransaction) handle.exec('ROLLBACK');
    throw error;
  }
}

/** Names, oldest first. @throws {DatabaseTooNewError | IncompleteCopyError} */
export function pendingMigrations(dataSource: DataSource): readonly string[] {
  const known = dataSource.migrations.map((migration) => migration.name ?? migration.constructor.name);
  return pendingOf(appliedMigrations(dataSource), known);
}

/** Names, oldest first. */
function appliedMigrations(dataSource: DataSource): string[] {
  const handle = sqliteHandle(dataSource);
  const table = handle.prepare('SELECT 1 FROM sqlite_master WHERE name = ?').get(MIGRATIONS_TABLE);
  if (table === undefined) return [];
  const rows = handle
    .prepare<[], { name: string }>(`SELECT name FROM ${MIGRATIONS_TABLE} ORDER BY timestamp, id`)
    .all();
  return rows.map((row) => row.name);
}
