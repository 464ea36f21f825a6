import type { DataSource, QueryRunner } from 'typeorm';
import { MIGRATIONS_TABLE } from '../../migrations/migrate.js';
import { DatabaseTooNewError } from '../../storage.errors.js';
import { withMigrationLock } from './migration-lock.js';

/**
 * Brings the schema up to date. Of several processes that start at once, one does it and the others wait.
 *
 * @throws {DatabaseTooNewError} if the database has been through a migration that this program does not know.
 */
export async function migrateServer(dataSource: DataSource): Promise<void> {
  if ((await pendingMigrations(dataSource)).length === 0) return;
  await withMigrationLock(dataSource, async () => {
    if ((await pendingMigrations(dataSource)).length === 0) return;
    // MySQL commits each statement that changes a table anyhow.
    await dataSource.runMigrations({ transaction: dataSource.options.type === 'postgres' ? 'all' : 'none' });
  });
}

/** Names, oldest first. @throws {DatabaseTooNewError} */
export async function pendingMigrations(dataSource: DataSource): Promise<string[]> {
  const known = dataSource.migrations.map((migration) => migration.name ?? migration.constructor.name);
  const applied = await appliedMigrations(dataSource);
  const newest = applied.filter((name) => !known.includes(name)).at(-1);
  if (newest !== undefined) throw new DatabaseTooNewError(newest, known.at(-1) ?? 'none');
  return known.filter((name) => !applied.includes(name));
}

async function appliedMigrations(dataSource: DataSource): Promise<string[]> {
  const runner = dataSource.createQueryRunner();
  try {
    if (!(await hasMigrationsTable(runner))) return [];
    const rows = (await runner.query(`SELECT name FROM ${MIGRATIONS_TABLE} ORDER BY timestamp, id`)) as readonly {
      readonly name: string;
    }[];
    return rows.map(({ name }) => name);
  } finally {
    await runner.release();
  }
}

async function hasMigrationsTable(runner: QueryRunner): Promise<boolean> {
  return runner.hasTable(MIGRATIONS_TABLE);
}
