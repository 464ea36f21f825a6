import type pg from 'pg';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import type { StorageDataSource } from '../../storage-data-source.js';
import { POSTGRES } from '../dialect.js';
import type { ServerConnections } from '../server-connection.js';
import { ServerDatabase, type ServerDatabaseOptions, type Statements } from '../server-database.js';
import { failureOf } from '../server-failure.js';
import { PostgresConnection } from './postgres-connection.js';

/** A statement that writes, and is a transaction by itself. */
export interface WritingStatement<Result> {
  /** Under which the server keeps it prepared. */
  readonly name: string;
  readonly sql: string;
  /** As the driver takes them. */
  readonly params: readonly unknown[];
  /** What became of it where its answer was lost. */
  readonly reread: (tx: Statements) => Promise<Result[]>;
}

/** PostgreSQL, over the pool that TypeORM has opened. */
export class PostgresDatabase extends ServerDatabase {
  override readonly dialect = POSTGRES;
  protected override readonly connections: ServerConnections;
  private readonly pool: pg.Pool;

  constructor(dataSource: StorageDataSource, options: ServerDatabaseOptions) {
    super(dataSource, options);
    this.pool = (dataSource.driver as PostgresDriver).master as pg.Pool;
    // Before whoever waits for a new connection has it in hand.
    this.pool.on('connect', (client) => client.on('error', () => undefined));
    this.connections = { open: () => this.open() };
  }

  /**
   * The rows of a statement that writes and is committed with its answer: one way to the server and back.
   *
   * @throws what the driver says: nothing was stored.
   * @throws {UnsettledWriteError} if the answer was lost, and nobody could tell what became of it.
   */
  write<Row extends object>({ name, sql, params, reread }: WritingStatement<Row>): Promise<Row[]> {
    return this.again(async () => {
      const connection = await this.open();
      try {
        this.echo?.(sql);
        const rows = await connection.named<Row>(name, sql, params);
        connection.release();
        return rows;
      } catch (error) {
        const failure = failureOf(error);
        if (failure?.kind !== 'broken') {
          if (failure?.isStandby === true) connection.destroy();
          else connection.release();
          throw error;
        }
        connection.destroy();
        return this.settle(connection, error, reread);
      }
    });
  }

  private open(): Promise<PostgresConnection> {
    return PostgresConnection.open(this.pool, this.options);
  }
}
