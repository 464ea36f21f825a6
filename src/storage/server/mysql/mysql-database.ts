import type { Connection, Pool, PoolConnection, ResultSetHeader } from 'mysql2/promise';
import type { MysqlDriver } from 'typeorm/driver/mysql/MysqlDriver.js';
import type { StorageDataSource } from '../../storage-data-source.js';
import { MYSQL } from '../dialect.js';
import type { Param } from '../../param.js';
import { ServerDatabase, type Statements } from '../server-database.js';
import { toStorageError } from '../server-failure.js';

/** As the statements of both dialects are written: `"` around names, no escapes in texts, nothing cut short in silence. */
const SESSION_STATEMENTS = [
  "SET SESSION sql_mode = 'ANSI_QUOTES,STRICT_ALL_TABLES'",
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
];

/** MySQL and MariaDB, over the pool that TypeORM has opened. */
export class MysqlDatabase extends ServerDatabase {
  override readonly dialect = MYSQL;
  private readonly pool: Pool;
  private readonly prepared = new WeakSet<object>();

  constructor(private readonly dataSource: StorageDataSource) {
    super();
    const { pool } = dataSource.driver as MysqlDriver as unknown as { readonly pool: { promise(): Pool } };
    this.pool = pool.promise();
  }

  override read<Row extends object>(sql: string, params: readonly Param[] = []): Promise<Row[]> {
    return this.withConnection((connection) => statementsOn(connection).query<Row>(sql, params));
  }

  override transaction<Result>(work: (tx: Statements) => Promise<Result>): Promise<Result> {
    return this.withConnection(async (connection) => {
      await connection.query('START TRANSACTION');
      const result = await work(statementsOn(connection));
      await connection.query('COMMIT');
      return result;
    });
  }

  override beforeClose(step: () => Promise<void>): void {
    this.dataSource.beforeClose(step);
  }

  private async withConnection<Result>(work: (connection: PoolConnection) => Promise<Result>): Promise<Result> {
    let connection: PoolConnection | undefined;
    try {
      connection = await this.pool.getConnection();
      await this.prepare(connection);
      const result = await work(connection);
      connection.release();
      return result;
    } catch (error) {
      // A connection that cannot even roll back is of no more use.
      await connection?.query('ROLLBACK').then(
        () => connection?.release(),
        () => connection?.destroy(),
      );
      throw toStorageError(error);
    }
  }

  /** Once for each connection that the pool has opened. */
  private async prepare(connection: PoolConnection): Promise<void> {
    if (this.prepared.has(connection.connection)) return;
    for (const statement of SESSION_STATEMENTS) await connection.query(statement);
    this.prepared.add(connection.connection);
  }
}

function statementsOn(connection: Connection): Statements {
  return {
    query: async <Row extends object>(sql: string, params: readonly Param[] = []) =>
      (await connection.query(sql, params as unknown[]))[0] as Row[],
    change: async (sql, params = []) =>
      ((await connection.query(sql, params as unknown[]))[0] as ResultSetHeader).affectedRows,
  };
}
