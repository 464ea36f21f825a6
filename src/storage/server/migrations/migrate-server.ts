import type { DataSource, QueryRunner } from 'typeorm';
import { MigrationExecutor } from 'typeorm/migration/MigrationExecutor.js';
import { MIGRATIONS_TABLE } from '../../migrations/migrate.js';
import { pendingOf } from '../../migrations/schema-standing.js';
import { withMigrationLock } from './migration-lock.js';
import { forgetSteps } from './run-steps.js';

/**
 * Brings the schema up to date. Of several processes that start at once, one does it and the others wait. On PostgreSQL it
 * is one transaction; on MySQL what a process leaves half done when it dies is gone on with by the next one.
 *
 * @returns the migrations that this call applied, oldest first.
 * @throws {DatabaseTooNewError} if the database has been through a migration that this program does not know.
 * @throws {IncompleteCopyError} if `wand db copy` has not finished with the database.
 */
export async function migrateServer(dataSource: DataSource): Promise<readonly string[]> {
  if ((await pendingServerMigrations(dataSource)).length === 0) return [];
  return withMigrationLock(dataSource, async (runner) => {
    const pending = await pendingServerMigrations(dataSource);
    if (pending.length === 0) return [];
    // On the connection that holds the lock: whatever cuts it frees the lock and ends the migration at once.
    const executor = new MigrationExecutor(dataSource, runner);
    // MySQL commits each statement that changes a table anyhow.
    executor.transaction = dataSource.options.type === 'postgres' ? 'all' : 'none';
    await executor.executePendingMigrations();
    await forgetSteps(runner);
    return pending;
  });
}

/** Names, oldest first. @throws {DatabaseTooNewError | IncompleteCopyError} */
export async function pendingServerMigrations(dataSource: DataSource): Promise<readonly string[]> {
  const known = dataSource.migrations.map((migration) => migration.name ?? migration.constructor.name);
  return pendingOf(await appliedMigrations(dataSource), known);
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
