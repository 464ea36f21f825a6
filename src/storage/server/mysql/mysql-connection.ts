import type { Pool, PoolConnection, ResultSetHeader } from 'mysql2/promise';
import type { Param } from '../../param.js';
import { driverErrorOf } from '../driver-error.js';
import { inTime } from '../in-time.js';
import type { ServerConnection } from '../server-connection.js';
import type { ServerDatabaseOptions, Statements } from '../server-database.js';
import { ServerSilentError } from '../server-failure.js';
import { type IdleLimit, idleLimitOf } from './idle-limit.js';

/**
 * As the statements of both dialects are written: `"` around names, and nothing cut short in silence. Backslashes escape: the
 * driver writes texts into statements that way. MySQL, which alone reads such comments, would tell sizes of a day ago.
 */
const SESSION_STATEMENTS = [
  "SET SESSION sql_mode = 'ANSI_QUOTES,STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO' /*!80000 , information_schema_stats_expiry = 0 */",
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
];

interface MysqlConnectionOptions extends Pick<ServerDatabaseOptions, 'timeoutMs' | 'idleTransactionSec'> {
  /** What the server is told of transactions that idle; by its version when left out. */
  readonly idleLimitOf?: typeof idleLimitOf;
}

/** Which thread of the server serves a connection: its number alone may be that of another one later. */
interface Thread {
  readonly id: number;
  /** Address of the client as the server sees it. */
  readonly host: string;
}

/** What is known of a connection, once for each that the pool has opened. */
interface Session {
  readonly thread: Thread;
  readonly idleLimit: IdleLimit;
}

const sessions = new WeakMap<object, Session>();

/** How often the server is asked whether a thread is gone, in milliseconds. */
const LOOK_EVERY_MS = 20;

export class MysqlConnection implements ServerConnection {
  private isReturned = false;
  private isLimited = false;

  private constructor(
    private readonly connection: PoolConnection,
    private readonly session: Session,
    private readonly timeoutMs: number,
  ) {}

  /** Waits for one of the pool. */
  static async open(pool: Pool, options: MysqlConnectionOptions): Promise<MysqlConnection> {
    const { timeoutMs } = options;
    const opening = pool.getConnection();
    // The pool itself waits without a limit.
    const connection = await inTime(opening, timeoutMs, () => {
      void opening.then(
        (late) => late.release(),
        () => undefined,
      );
    });
    const known = sessions.get(connection.connection);
    if (known !== undefined) return new MysqlConnection(connection, known, timeoutMs);
    try {
      const session = await inTime(prepare(connection, options), timeoutMs, () => undefined);
      sessions.set(connection.connection, session);
      return new MysqlConnection(connection, session, timeoutMs);
    } catch (error) {
      connection.destroy();
      throw error;
    }
  }

  async query<Row extends object>(sql: string, params: readonly Param[] = []): Promise<Row[]> {
    return (await this.inTime(this.connection.query(sql, params as unknown[])))[0] as Row[];
  }

  async change(sql: string, params: readonly Param[] = []): Promise<number> {
    const hasBytes = params.some((param) => param instanceof Uint8Array);
    // Within a statement bytes would be written as text, of twice their length.
    const answer = hasBytes
      ? this.connection.execute(sql, params.map(asBuffer) as string[])
      : this.connection.query(sql, params as unknown[]);
    const [header] = await this.inTime(answer);
    return (header as ResultSetHeader).affectedRows;
  }

  async begin(): Promise<void> {
    const { begin } = this.session.idleLimit;
    this.isLimited = begin.length > 0;
    for (const statement of begin) await this.inTime(this.connection.query(statement));
    await this.inTime(this.connection.query('START TRANSACTION'));
  }

  async commit(): Promise<void> {
    await this.inTime(this.connection.query('COMMIT'));
  }

  async rollBack(): Promise<void> {
    if (this.isReturned) return;
    await this.inTime(this.connection.query('ROLLBACK')).catch(() => this.destroy());
  }

  release(): void {
    if (this.isReturned) return;
    this.isReturned = true;
    const { connection } = this;
    if (this.isLimited) {
      // Whatever the next one who has the connection says comes after it.
      for (const statement of this.session.idleLimit.end) connection.query(statement).catch(() => connection.destroy());
    }
    connection.release();
  }

  destroy(): void {
    if (this.isReturned) return;
    this.isReturned = true;
    this.connection.destroy();
  }

  async end(by: Statements): Promise<void> {
    const { id, host } = this.session.thread;
    const isThere = async (): Promise<boolean> =>
      (await by.query('SELECT 1 FROM information_schema.processlist WHERE id = ? AND host = ?', [id, host])).length > 0;
    // It may go by itself between the question and the command.
    if (await isThere()) await by.change('KILL ?', [id]).catch(ignoreUnknownThread);
    const deadline = performance.now() + this.timeoutMs;
    while (await isThere()) {
      if (performance.now() > deadline) throw new ServerSilentError(this.timeoutMs);
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }

  /** A connection that does not answer is closed: its next answer would be taken for that of another statement. */
  private inTime<Result>(answer: Promise<Result>): Promise<Result> {
    return inTime(answer, this.timeoutMs, () => this.destroy());
  }
}

async function prepare(connection: PoolConnection, options: MysqlConnectionOptions): Promise<Session> {
  for (const statement of SESSION_STATEMENTS) await connection.query(statement);
  const [rows] = await connection.query(
    `SELECT id AS id, host AS host, VERSION() AS version FROM information_schema.processlist WHERE id = CONNECTION_ID()`,
  );
  const [found] = rows as (Thread & { readonly version: string })[];
  if (found === undefined) throw new TypeError('the server does not know the connection that it is asked over');
  const { id, host, version } = found;
  const idleLimit = (options.idleLimitOf ?? idleLimitOf)(version, options.idleTransactionSec);
  for (const statement of idleLimit.session) await connection.query(statement);
  return { thread: { id, host }, idleLimit };
}

function ignoreUnknownThread(error: unknown): void {
  if (driverErrorOf(error)?.code !== 'ER_NO_SUCH_THREAD') throw error;
}

function asBuffer(param: Param): Param {
  return param instanceof Uint8Array ? Buffer.from(param.buffer, param.byteOffset, param.byteLength) : param;
}
