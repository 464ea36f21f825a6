import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import type { Param } from '../param.js';
import { toStorageError, unavailability } from '../sqlite/sqlite-failure.js';
import { DatabaseOpenError } from '../storage.errors.js';
import { RawDatabase, type RawIdentity, type RawStatements } from './raw-database.js';

const BUSY_TIMEOUT_MS = 5_000;
/** Each length of an insertion is another statement: there are as many as pages of another length, mostly one. */
const MAX_PREPARED = 100;

/** A SQLite file. Statements block the process while they run. */
export class SqliteRawDatabase extends RawDatabase {
  override readonly identity: RawIdentity;
  override readonly maxStatementBytes = undefined;
  private readonly prepared = new Map<string, BetterSqlite3.Statement<unknown[]>>();

  private constructor(
    private readonly handle: BetterSqlite3.Database,
    path: string,
  ) {
    super();
    const version = String(handle.prepare('SELECT sqlite_version()').pluck().get());
    this.identity = { kind: 'sqlite', name: `sqlite:///${path}`, server: `SQLite ${version}` };
  }

  /** @throws {DatabaseOpenError} if there is no such file, or it is no database that can be used. */
  static open(relativePath: string, readonly: boolean): SqliteRawDatabase {
    const path = resolve(relativePath);
    if (!existsSync(path)) throw new DatabaseOpenError(`DATABASE__URL: there is no database at ${path}`);
    try {
      const handle = new BetterSqlite3(path, { readonly, fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
      handle.prepare('SELECT count(*) FROM sqlite_schema').get();
      handle.pragma('foreign_keys = ON');
      return new SqliteRawDatabase(handle, path);
    } catch (error) {
      const reason = unavailability(error) ?? String(error);
      throw new DatabaseOpenError(`DATABASE__URL: ${path} cannot be read: ${reason}`, { cause: error });
    }
  }

  override async query<Row extends object>(sql: string, params: readonly Param[] = []): Promise<Row[]> {
    return this.run(() => this.statement(sql).all(...params) as Row[]);
  }

  override async change(sql: string, params: readonly Param[] = []): Promise<number> {
    return this.run(() => this.statement(sql).run(...params).changes);
  }

  override async transaction<Result>(work: (tx: RawStatements) => Promise<Result>): Promise<Result> {
    this.run(() => this.handle.exec('BEGIN IMMEDIATE'));
    try {
      const result = await work(this);
      this.run(() => this.handle.exec('COMMIT'));
      return result;
    } catch (error) {
      if (this.handle.inTransaction) this.handle.exec('ROLLBACK');
      throw error;
    }
  }

  override async hasTable(name: string): Promise<boolean> {
    return (await this.query('SELECT 1 FROM sqlite_master WHERE name = ?', [name])).length > 0;
  }

  /** A fleet works on a server alone. */
  override members(): Promise<readonly []> {
    return Promise.resolve([]);
  }

  override async bytes(): Promise<number> {
    const number = (pragma: string): number => Number(this.handle.pragma(pragma, { simple: true }));
    return this.run(() => number('page_count') * number('page_size'));
  }

  override async analyze(): Promise<void> {
    this.run(() => this.handle.pragma('wal_checkpoint(TRUNCATE)'));
  }

  override async close(): Promise<void> {
    this.handle.close();
  }

  private statement(sql: string): BetterSqlite3.Statement<unknown[]> {
    const before = this.prepared.get(sql);
    if (before !== undefined) return before;
    const statement = this.handle.prepare<unknown[]>(sql);
    if (this.prepared.size >= MAX_PREPARED) this.prepared.clear();
    this.prepared.set(sql, statement);
    return statement;
  }

  private run<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      throw toStorageError(error);
    }
  }
}
