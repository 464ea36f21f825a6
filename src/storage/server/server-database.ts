import { Logger } from '@nestjs/common';
import type { Lease } from '../repositories/lease.repository.js';
import { maskTexts } from '../sqlite/echo-sql.js';
import { DatabaseLostError, UnsettledWriteError } from '../storage.errors.js';
import type { StorageDataSource } from '../storage-data-source.js';
import type { Param } from '../param.js';
import type { Dialect } from './dialect.js';
import type { ServerConnection, ServerConnections } from './server-connection.js';
import { failureOf, toStorageError } from './server-failure.js';
import { settled } from './settle.js';

/** Statements on one connection, or each on any connection. Rows have the names that the statement gives its columns. */
export interface Statements {
  /** The rows that a statement gives. */
  query<Row extends object>(sql: string, params?: readonly Param[]): Promise<Row[]>;
  /** How many rows a statement changed; in both dialects those that it found, even where they stay as they were. */
  change(sql: string, params?: readonly Param[]): Promise<number>;
}

export interface TransactionOptions {
  /**
   * Whether what the transaction wrote is stored. Asked where the connection was lost in the commit, once the server has ended
   * it for certain. Without it such a transaction is said to be unavailable, and may be stored.
   */
  readonly isStored?: (tx: Statements) => Promise<boolean>;
}

/** What a database server is used with. */
export interface ServerDatabaseOptions {
  /** How long a connection may take to open, and a statement to be answered. */
  readonly timeoutMs: number;
  /** The server ends a transaction in which nothing is said for so long. */
  readonly idleTransactionSec: number;
  readonly echoSql: boolean;
}

/** Keeps writes from a database that another process owns now. */
interface Fence {
  readonly owner: string;
  readonly onLost: (lease: Lease | undefined) => void;
}

/** A transaction that met another one is run again so many times. */
const MAX_TRIES = 6;
const AGAIN_AFTER_MS = 5;

/**
 * A database on a server: PostgreSQL, MySQL or MariaDB. SQL is written with `"` around names and `?` for parameters, in what
 * the dialects have in common; `dialect` has the rest.
 */
export abstract class ServerDatabase {
  abstract readonly dialect: Dialect;
  protected abstract readonly connections: ServerConnections;
  protected readonly echo: ((sql: string) => void) | undefined;
  private fence: Fence | undefined;
  private isLost = false;

  constructor(
    private readonly dataSource: StorageDataSource,
    protected readonly options: ServerDatabaseOptions,
  ) {
    const logger = new Logger('SQL');
    this.echo = options.echoSql ? (sql) => logger.log(maskTexts(sql)) : undefined;
  }

  /**
   * Reads, outside of any transaction. A connection that turns out to be broken is replaced by a new one, once.
   *
   * @throws {JournalUnavailableError} if the server cannot be reached or does not answer.
   */
  async read<Row extends object>(sql: string, params: readonly Param[] = []): Promise<Row[]> {
    const query = (connection: ServerConnection) => this.statements(connection).query<Row>(sql, params);
    try {
      return await this.onConnection(query).catch((error: unknown) => {
        if (failureOf(error)?.kind !== 'broken') throw error;
        return this.onConnection(query);
      });
    } catch (error) {
      throw toStorageError(error);
    }
  }

  /**
   * Runs `work` in one transaction, READ COMMITTED, and commits. What `work` throws rolls everything back. It may run several
   * times, after a deadlock say: it changes nothing but the database.
   *
   * @throws {JournalUnavailableError} if it could not be made durable: nothing was stored.
   * @throws {UnsettledWriteError} if the connection was lost in the commit, and nobody could tell what became of it.
   * @throws {DatabaseLostError} if another process owns the database now: nothing was stored.
   * @throws whatever `work` throws: nothing was stored.
   */
  async transaction<Result>(
    work: (tx: Statements) => Promise<Result>,
    { isStored }: TransactionOptions = {},
  ): Promise<Result> {
    try {
      return await this.again(() => this.transactOnce(work, isStored));
    } catch (error) {
      throw toStorageError(error);
    }
  }

  /** From now on only while `owner` holds the lease is anything written; see `LeaseRepository.fence`. */
  fenceWith(owner: string, onLost: (lease: Lease | undefined) => void): void {
    this.fence = { owner, onLost };
    this.isLost = false;
  }

  /** Whose lease a statement that writes has to find; undefined while anybody may write. */
  get fenceOwner(): string | undefined {
    return this.fence?.owner;
  }

  /** True once nobody else may write: what this process has read changes by its own writes alone. */
  get isExclusive(): boolean {
    return this.fence !== undefined;
  }

  /** Tells that somebody else has the lease; for those who look it up within a statement of their own. */
  loseLease(current: Lease | undefined): DatabaseLostError {
    const { fence } = this;
    if (!this.isLost && fence !== undefined) queueMicrotask(() => fence.onLost(current));
    this.isLost = true;
    return new DatabaseLostError();
  }

  /** Has `step` run before the connections are closed; those added last come first. */
  beforeClose(step: () => Promise<void>): void {
    this.dataSource.beforeClose(step);
  }

  /** Runs `work` on a connection of its own, again where another transaction was in its way. */
  protected async again<Result>(work: () => Promise<Result>): Promise<Result> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await work();
      } catch (error) {
        if (tries === MAX_TRIES || failureOf(error)?.kind !== 'conflict') throw error;
        await new Promise((resolve) => setTimeout(resolve, AGAIN_AFTER_MS * tries * (1 + Math.random())));
      }
    }
  }

  protected async onConnection<Result>(work: (connection: ServerConnection) => Promise<Result>): Promise<Result> {
    const connection = await this.connections.open();
    try {
      const result = await work(connection);
      connection.release();
      return result;
    } catch (error) {
      const failure = failureOf(error);
      if (failure?.kind === 'broken' || failure?.isStandby === true) connection.destroy();
      else connection.release();
      throw error;
    }
  }

  protected statements(connection: ServerConnection): Statements {
    const { echo } = this;
    if (echo === undefined) return connection;
    return {
      query: (sql, params) => {
        echo(sql);
        return connection.query(sql, params);
      },
      change: (sql, params) => {
        echo(sql);
        return connection.change(sql, params);
      },
    };
  }

  /** What became of a write whose answer was lost on `connection`. @throws {UnsettledWriteError} */
  protected settle<Result>(
    connection: ServerConnection,
    cause: unknown,
    read: (tx: Statements) => Promise<Result>,
  ): Promise<Result> {
    const { timeoutMs } = this.options;
    return settled({
      cause,
      timeoutMs,
      read: () =>
        this.onConnection(async (fresh) => {
          await connection.end(fresh);
          return read(this.statements(fresh));
        }),
    });
  }

  private transactOnce<Result>(
    work: (tx: Statements) => Promise<Result>,
    isStored: TransactionOptions['isStored'],
  ): Promise<Result> {
    return this.onConnection(async (connection) => {
      await connection.begin();
      let result: Result;
      try {
        const tx = this.statements(connection);
        await this.checkFence(tx);
        result = await work(tx);
      } catch (error) {
        await connection.rollBack();
        throw error;
      }
      try {
        await connection.commit();
      } catch (error) {
        if (failureOf(error)?.kind !== 'broken') {
          await connection.rollBack();
          throw error;
        }
        connection.destroy();
        if (isStored === undefined) throw new UnsettledWriteError(error);
        if (!(await this.settle(connection, error, isStored))) throw error;
      }
      return result;
    });
  }

  private async checkFence(tx: Statements): Promise<void> {
    if (this.fence === undefined) return;
    const [lease] = await tx.query<Lease>(
      `SELECT "owner", "expires_at" AS "expiresAt" FROM "process_lease" WHERE "id" = 1 ${this.dialect.forShare}`,
    );
    if (lease?.owner !== this.fence.owner) throw this.loseLease(lease);
  }
}
