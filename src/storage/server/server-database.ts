import type { Param } from '../param.js';
import type { Dialect } from './dialect.js';

/** Statements on one connection, or each on any connection. Rows have the names that the statement gives its columns. */
export interface Statements {
  /** The rows that a statement gives. */
  query<Row extends object>(sql: string, params?: readonly Param[]): Promise<Row[]>;
  /** How many rows a statement changed; in both dialects those that it found, even where they stay as they were. */
  change(sql: string, params?: readonly Param[]): Promise<number>;
}

/**
 * A database on a server: PostgreSQL, MySQL or MariaDB. SQL is written with `"` around names and `?` for parameters, in what
 * the dialects have in common; `dialect` has the rest.
 */
export abstract class ServerDatabase {
  abstract readonly dialect: Dialect;

  /**
   * Reads, outside of any transaction.
   *
   * @throws {JournalUnavailableError} if the server cannot be reached or does not answer.
   */
  abstract read<Row extends object>(sql: string, params?: readonly Param[]): Promise<Row[]>;

  /**
   * Runs `work` in one transaction, READ COMMITTED, and commits. What `work` throws rolls everything back. It may run twice,
   * after a deadlock say: it changes nothing but the database.
   *
   * @throws {JournalUnavailableError} if it could not be made durable: nothing was stored.
   * @throws whatever `work` throws: nothing was stored.
   */
  abstract transaction<Result>(work: (tx: Statements) => Promise<Result>): Promise<Result>;

  /** Has `step` run before the connections are closed; those added last come first. */
  abstract beforeClose(step: () => Promise<void>): void;
}
