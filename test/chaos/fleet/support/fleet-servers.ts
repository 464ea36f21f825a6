import { hostname } from 'node:os';
import { Redis } from 'ioredis';
import pg from 'pg';
import { schemaOf } from '../../../../src/executor/engines/bullmq/queue/postgres-store.js';
import { PrivatePostgres } from '../../../support/private-postgres.js';
import { PrivateRedis } from '../../../support/private-redis.js';
import { TcpGate } from '../../../support/tcp-gate.js';

export const BACKENDS = ['redis', 'postgres'] as const;
export type Backend = (typeof BACKENDS)[number];

const PREFIX = 'chaos';
const SCHEMA = schemaOf(PREFIX);

/** The ways of one process to its servers; the queue is behind the first one if PostgreSQL holds it. */
export interface Gates {
  readonly database: TcpGate;
  readonly queue: TcpGate | undefined;
}

/** A PostgreSQL for the database of a fleet, and what holds its queue: that PostgreSQL, or a Redis. All of it can be broken. */
export class FleetServers {
  readonly gates: Gates[] = [];

  private constructor(
    readonly postgres: PrivatePostgres,
    readonly redis: PrivateRedis | undefined,
  ) {}

  static async start(backend: Backend): Promise<FleetServers> {
    const [postgres, redis] = await Promise.all([
      PrivatePostgres.start(),
      backend === 'redis' ? PrivateRedis.start() : undefined,
    ]);
    return new FleetServers(postgres, redis);
  }

  /** The database, past every gate. */
  get database(): string {
    return this.postgres.url();
  }

  /** What a process has to know to reach its servers, each through a gate of its own. */
  async ways(): Promise<Readonly<Record<string, string>>> {
    const database = await TcpGate.open(this.database);
    const queue = this.redis && (await TcpGate.open(this.redis.url));
    this.gates.push({ database, queue });
    return {
      DATABASE__URL: database.url,
      EXECUTION__ENGINE: 'bullmq',
      QUEUE__PREFIX: PREFIX,
      ...(queue === undefined ? { QUEUE__BACKEND: 'postgres' } : { QUEUE__BACKEND: 'redis', QUEUE__URL: queue.url }),
    };
  }

  /** The runs whose jobs the process with this pid holds; what a process held when it was killed stays so until its locks end. */
  async heldBy(pid: number): Promise<readonly string[]> {
    const worker = `${hostname()}:${pid}`;
    if (this.redis === undefined) {
      const rows = await this.query<{ id: string }>(
        `SELECT "id" FROM "${SCHEMA}"."job" WHERE "state" = 'active' AND "processed_by" = $1`,
        [worker],
      );
      return rows.map(({ id }) => id);
    }
    const client = new Redis(this.redis.url);
    try {
      const held: string[] = [];
      for (const id of await client.lrange(`${PREFIX}:runs:active`, 0, -1)) {
        if ((await client.hget(`${PREFIX}:runs:${id}`, 'pb')) === worker) held.push(id);
      }
      return held;
    } finally {
      client.disconnect();
    }
  }

  /** The queue forgets everything. */
  async loseQueue(): Promise<void> {
    if (this.redis === undefined) await this.query(`TRUNCATE "${SCHEMA}"."job" CASCADE`, []);
    else await this.redis.flush();
  }

  /** Ends every connection to PostgreSQL from its side, once. Answers how many there were. */
  async terminateBackends(): Promise<number> {
    const ended = await this.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'`,
      [],
    );
    return ended.length;
  }

  async end(): Promise<void> {
    for (const { database, queue } of this.gates) {
      await database.close();
      await queue?.close();
    }
    await this.redis?.destroy();
    await this.postgres.destroy();
  }

  private async query<Row extends pg.QueryResultRow>(sql: string, params: readonly string[]): Promise<Row[]> {
    const client = new pg.Client({ connectionString: this.database });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query<Row>(sql, [...params])).rows;
    } finally {
      await client.end();
    }
  }
}
