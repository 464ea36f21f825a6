import type { QueryRunner } from 'typeorm';
import { quotedFor } from './column-types.js';

/** How far a migration has come, while one is under way; no table once all are applied. */
const STEPS_TABLE = 'schema_migration_steps';

/** What MySQL says when a statement has been carried out before: the table, key or column is there already, or gone already. */
const DONE_BEFORE: ReadonlySet<unknown> = new Set([
  'ER_TABLE_EXISTS_ERROR',
  'ER_DUP_KEYNAME',
  'ER_DUP_FIELDNAME',
  'ER_FK_DUP_NAME',
  'ER_CANT_DROP_FIELD_OR_KEY',
  'ER_BAD_TABLE_ERROR',
]);

/**
 * Runs the statements of a migration, in order. PostgreSQL rolls all of them back with the transaction. MySQL commits each that
 * changes a table: how many are done is kept beside them, so that a migration whose process or connection died goes on after
 * the last one. The one statement that may have been carried out without being counted is passed over if it says so itself;
 * one that changes rows must come to the same when it runs twice.
 *
 * @param migration Its name.
 */
export async function runSteps(runner: QueryRunner, migration: string, statements: readonly string[]): Promise<void> {
  if (runner.dataSource.options.type === 'postgres') {
    for (const statement of statements) await runner.query(statement);
    return;
  }
  const before = await stepsDone(runner, migration);
  for (const [index, statement] of statements.entries()) {
    if (index < (before ?? 0)) continue;
    try {
      await runner.query(quotedFor(runner, statement));
    } catch (error) {
      if (index !== before || !DONE_BEFORE.has(codeOf(error))) throw error;
    }
    await runner.query(`UPDATE ${STEPS_TABLE} SET done = ? WHERE migration = ?`, [index + 1, migration]);
  }
}

/** Call it when all migrations are applied. */
export async function forgetSteps(runner: QueryRunner): Promise<void> {
  if (runner.dataSource.options.type !== 'postgres') await runner.query(`DROP TABLE IF EXISTS ${STEPS_TABLE}`);
}

/** Undefined for a migration that begins now. */
async function stepsDone(runner: QueryRunner, migration: string): Promise<number | undefined> {
  await runner.query(
    `CREATE TABLE IF NOT EXISTS ${STEPS_TABLE} (migration varchar(200) NOT NULL PRIMARY KEY, done int NOT NULL) ENGINE = InnoDB`,
  );
  const rows = (await runner.query(`SELECT done FROM ${STEPS_TABLE} WHERE migration = ?`, [migration])) as readonly {
    readonly done: number;
  }[];
  if (rows[0] !== undefined) return rows[0].done;
  await runner.query(`INSERT INTO ${STEPS_TABLE} (migration, done) VALUES (?, 0)`, [migration]);
  return undefined;
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
