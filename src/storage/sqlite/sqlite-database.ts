import type BetterSqlite3 from 'better-sqlite3';
import { EntityTable } from '../entity-table.js';
import type { StorageDataSource } from '../storage-data-source.js';
import { toStorageError } from './sqlite-failure.js';
import { sqliteHandle } from './sqlite-handle.js';

/** The open database, for those who read and write its rows. Every statement blocks the process while it runs: keep them short. */
export class SqliteDatabase {
  readonly handle: BetterSqlite3.Database;

  constructor(private readonly dataSource: StorageDataSource) {
    this.handle = sqliteHandle(dataSource);
  }

  table<Row extends object>(entity: new () => Row): EntityTable<Row> {
    return new EntityTable<Row>(entity);
  }

  /** Prepare once, run often: statements are not cached here. */
  prepare<Params extends unknown[], Row = unknown>(sql: string): BetterSqlite3.Statement<Params, Row> {
    return this.handle.prepare<Params, Row>(sql);
  }

  /** Runs a reading function. @throws {JournalUnavailableError} if the database cannot be read. */
  read<Result>(query: () => Result): Promise<Result> {
    try {
      return Promise.resolve(query());
    } catch (error) {
      return Promise.reject(toStorageError(error));
    }
  }

  /** Has `step` run before the database is closed. */
  beforeClose(step: () => Promise<void>): void {
    this.dataSource.beforeClose(step);
  }

  /** Moves the write-ahead log into the database file, as far as other processes let it. */
  checkpoint(): void {
    this.handle.pragma('wal_checkpoint(TRUNCATE)');
  }
}
