import type pg from 'pg';
import type { Param } from '../../param.js';
import { POSTGRES } from '../dialect.js';
import { inTime } from '../in-time.js';
import type { ServerConnection } from '../server-connection.js';
import type { ServerDatabaseOptions, Statements } from '../server-database.js';
import { ServerSilentError } from '../server-failure.js';

/** Which process of the server serves a connection: its number alone may be that of another one later. */
interface Backend {
  readonly pid: number;
  readonly startedAt: string;
}

/** Known once for each connection that the pool has opened. */
const backends = new WeakMap<pg.PoolClient, Backend>();

/** How often the server is asked whether a backend is gone, in milliseconds. */
const LOOK_EVERY_MS = 20;

export class PostgresConnection implements ServerConnection {
  private isReturned = false;

  private constructor(
    private readonly client: pg.PoolClient,
    private readonly backend: Backend,
    private readonly timeoutMs: number,
  ) {}

  /** Waits for one of the pool. */
  static async open(
    pool: pg.Pool,
    { timeoutMs, idleTransactionSec }: Pick<ServerDatabaseOptions, 'timeoutMs' | 'idleTransactionSec'>,
  ): Promise<PostgresConnection> {
    // The pool keeps to the time limit itself.
    const client = await pool.connect();
    const known = backends.get(client);
    if (known !== undefined) return new PostgresConnection(client, known, timeoutMs);
    // The pool listens while a connection is idle; one that breaks in between says so where it is used. It may break before
    // its first answer has been taken: an error that nobody listens to ends the process.
    client.on('error', () => undefined);
    try {
      const answer = client.query<Backend>(
        `SELECT pid, backend_start::text AS "startedAt", set_config('idle_in_transaction_session_timeout', $1, false)
         FROM pg_stat_activity WHERE pid = pg_backend_pid()`,
        [`${idleTransactionSec}s`],
      );
      const [backend] = (await inTime(answer, timeoutMs, () => undefined)).rows;
      if (backend === undefined) throw new TypeError('the server does not know the connection that it is asked over');
      backends.set(client, backend);
      return new PostgresConnection(client, backend, timeoutMs);
    } catch (error) {
      client.release(true);
      throw error;
    }
  }

  async query<Row extends object>(sql: string, params: readonly Param[] = []): Promise<Row[]> {
    return (await this.run<Row>(sql, params)).rows;
  }

  async change(sql: string, params: readonly Param[] = []): Promise<number> {
    return (await this.run(sql, params)).rowCount ?? 0;
  }

  /** Prepared by the server at the first time, under `name`. */
  async named<Row extends object>(name: string, sql: string, params: readonly unknown[]): Promise<Row[]> {
    const { rows } = await this.inTime(this.client.query<Row>({ name, text: sql, values: params as unknown[] }));
    return rows;
  }

  async begin(): Promise<void> {
    await this.inTime(this.client.query('BEGIN'));
  }

  async commit(): Promise<void> {
    await this.inTime(this.client.query('COMMIT'));
  }

  async rollBack(): Promise<void> {
    if (this.isReturned) return;
    await this.inTime(this.client.query('ROLLBACK')).catch(() => this.destroy());
  }

  release(): void {
    if (this.isReturned) return;
    this.isReturned = true;
    this.client.release();
  }

  destroy(): void {
    if (this.isReturned) return;
    this.isReturned = true;
    this.client.release(true);
  }

  async end(by: Statements): Promise<void> {
    const { pid, startedAt } = this.backend;
    const same = '"pid" = ? AND "backend_start" = ?::timestamptz';
    await by.query(`SELECT pg_terminate_backend("pid") FROM "pg_stat_activity" WHERE ${same}`, [pid, startedAt]);
    const deadline = performance.now() + this.timeoutMs;
    while ((await by.query(`SELECT 1 FROM "pg_stat_activity" WHERE ${same}`, [pid, startedAt])).length > 0) {
      if (performance.now() > deadline) throw new ServerSilentError(this.timeoutMs);
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }

  private run<Row extends object>(sql: string, params: readonly Param[]): Promise<pg.QueryResult<Row>> {
    const text = POSTGRES.toDriver(sql);
    return this.inTime(this.client.query<Row>({ name: nameOf(text), text, values: params as unknown[] }));
  }

  /** A connection that does not answer is closed: its next answer would be taken for that of another statement. */
  private inTime<Result>(answer: Promise<Result>): Promise<Result> {
    return inTime(answer, this.timeoutMs, () => this.destroy());
  }
}

/** Names of statements that were prepared, by their text: the server need not read and plan them each time. */
const names = new Map<string, string>();
const MAX_NAMES = 100;
/** Longer ones hold lists, and are hardly asked twice. */
const MAX_NAMED_CHARS = 1_000;

/** Undefined for a statement that is not kept prepared. */
function nameOf(text: string): string | undefined {
  const known = names.get(text);
  if (known !== undefined || names.size === MAX_NAMES || text.length > MAX_NAMED_CHARS) return known;
  const name = `wand_${names.size}`;
  names.set(text, name);
  return name;
}
