import type { Param } from '../../src/storage/param.js';
import type { ServerDatabase, Statements } from '../../src/storage/server/server-database.js';

/** What PostgreSQL says of a step of a plan that it carried out. */
interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly PlanNode[];
}

/** Rolls back a transaction that is only looked at. */
class LookedAtError extends Error {}

/**
 * Has `work` done on a database that tells how many rows the server went through for each statement; nothing of it is stored.
 * A count, unlike a plan, says the same on each server: what a filter throws away counts too.
 */
export async function rowsReadBy(
  database: ServerDatabase,
  work: (watched: ServerDatabase) => Promise<unknown>,
): Promise<number> {
  const rowsOf = database.dialect.name === 'postgres' ? rowsOfPostgres : rowsOfMysql;
  let rows = 0;
  await database
    .transaction(async (tx) => {
      rows = 0;
      const measure = async (sql: string, params: readonly Param[]): Promise<void> => {
        rows += await rowsOf(tx, sql, params);
      };
      const statements: Statements = {
        query: async (sql, params = []) => {
          await measure(sql, params);
          return tx.query(sql, params);
        },
        change: async (sql, params = []) => {
          await measure(sql, params);
          return tx.change(sql, params);
        },
      };
      const watched = Object.create(database, {
        read: { value: statements.query },
        transaction: { value: (inner: (tx: Statements) => Promise<unknown>) => inner(statements) },
      }) as ServerDatabase;
      await work(watched);
      throw new LookedAtError();
    })
    .catch((error: unknown) => {
      if (!(error instanceof LookedAtError)) throw error;
    });
  return rows;
}

async function rowsOfPostgres(tx: Statements, sql: string, params: readonly Param[]): Promise<number> {
  await tx.change('SAVEPOINT before_look');
  const [row] = await tx.query<{ 'QUERY PLAN': readonly [{ Plan: PlanNode }] }>(
    `EXPLAIN (ANALYZE, FORMAT JSON) ${sql}`,
    params,
  );
  await tx.change('ROLLBACK TO SAVEPOINT before_look');
  return row === undefined ? 0 : rowsOfPlan(row['QUERY PLAN'][0].Plan);
}

function rowsOfPlan(node: PlanNode): number {
  const { 'Actual Rows': found, 'Actual Loops': loops, 'Rows Removed by Filter': removed = 0 } = node;
  const own = node['Node Type'].includes('Scan') ? (found + removed) * loops : 0;
  return (node.Plans ?? []).reduce((sum, child) => sum + rowsOfPlan(child), own);
}

async function rowsOfMysql(tx: Statements, sql: string, params: readonly Param[]): Promise<number> {
  await tx.change('SAVEPOINT before_look');
  const before = await handlerReads(tx);
  if (/^SELECT|^\(/.test(sql)) await tx.query(sql, params);
  else await tx.change(sql, params);
  const after = await handlerReads(tx);
  await tx.change('ROLLBACK TO SAVEPOINT before_look');
  // Asking reads nothing of the tables, but a few rows of its own.
  const asking = (await handlerReads(tx)) - after;
  return after - before - asking;
}

async function handlerReads(tx: Statements): Promise<number> {
  const rows = await tx.query<{ readonly Value: string }>("SHOW SESSION STATUS LIKE 'Handler_read%'");
  return rows.reduce((sum, { Value }) => sum + Number(Value), 0);
}
