import type pg from 'pg';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import type { StorageDataSource } from '../../storage-data-source.js';
import { POSTGRES } from '../dialect.js';
import type { Param } from '../../param.js';
import { ServerDatabase, type Statements } from '../server-database.js';
import { toStorageError } from '../server-failure.js';

/** PostgreSQL, over the pool that TypeORM has opened. */
export class PostgresDatabase extends ServerDatabase {
  override readonly dialect = POSTGRES;
  private readonly pool: pg.Pool;

  constructor(private readonly dataSource: StorageDataSource) {
    super();
    this.pool = (dataSource.driver as PostgresDriver).master as pg.Pool;
  }

  override async read<Row extends object>(sql: string, params: readonly Param[] = []): Promise<Row[]> {
    try {
      return await statementsOn(this.pool).query<Row>(sql, params);
    } catch (error) {
      throw toStorageError(error);
    }
  }

  override async transaction<Result>(work: (tx: Statements) => Promise<Result>): Promise<Result> {
    let client: pg.PoolClient | undefined;
    try {
      client = await this.pool.connect();
      await client.query('BEGIN');
      const result = await work(statementsOn(client));
      await client.query('COMMIT');
      client.release();
      return result;
    } catch (error) {
      // A connection that cannot even roll back is of no more use.
      await client?.query('ROLLBACK').then(
        () => client?.release(),
        (failure: unknown) => client?.release(failure instanceof Error ? failure : true),
      );
      throw toStorageError(error);
    }
  }

  override beforeClose(step: () => Promise<void>): void {
    this.dataSource.beforeClose(step);
  }
}

function statementsOn(client: pg.Pool | pg.PoolClient): Statements {
  const run = (sql: string, params: readonly Param[]) =>
    client.query<object>(POSTGRES.toDriver(sql), params as unknown[]);
  return {
    query: async <Row extends object>(sql: string, params: readonly Param[] = []) =>
      (await run(sql, params)).rows as Row[],
    change: async (sql, params = []) => (await run(sql, params)).rowCount ?? 0,
  };
}
