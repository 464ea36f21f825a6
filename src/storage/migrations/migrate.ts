import type { DataSource } from 'typeorm';
import { sqliteHandle } from '../sqlite/sqlite-handle.js';
import { DatabaseTooNewError } from '../storage.errors.js';
import { revokeLease, untilUnowned } from './until-unowned.js';

/** Where TypeORM keeps the names of the migrations that a database has been through. */
export const MIGRATIONS_TABLE = 'schema_migrations';

/**
 * Brings the schema up to date, in one transaction. Of several processes that start at once, one does it and the others wait.
 *
 * @throws {DatabaseTooNewError} if the database has been through a migration that this program does not know.
 * @throws {MigrationBlockedError} if a process of another version runs on the database: it does not know what would change.
 */
export async function migrate(dataSource: DataSource): Promise<void> {
  if (isUpToDate(dataSource)) return;
  const handle = sqliteHandle(dataSource);
  await untilUnowned(handle);
  // TypeORM takes its lock with the first write, after it has read what is to be done: too late to keep another process out.
  handle.exec('BEGIN IMMEDIATE');
  try {
    if (!isUpToDate(dataSource)) {
      revokeLease(handle);
      await dataSource.runMigrations({ transaction: 'none' });
    }
    handle.exec('COMMIT');
  } catch (error) {
    if (handle.inTransaction) handle.exec('ROLLBACK');
    throw error;
  }
}

function isUpToDate(dataSource: DataSource): boolean {
  const known = dataSource.migrations.map((migration) => migration.name ?? migration.constructor.name);
  const applied = appliedMigrations(dataSource);
  const unknown = applied.filter((name) => !known.includes(name));
  const newest = unknown.at(-1);
  if (newest !== undefined) throw new DatabaseTooNewError(newest, known.at(-1) ?? 'none');
  return applied.length === known.length;
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
