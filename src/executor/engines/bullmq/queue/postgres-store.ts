import { type BackendFactory, createPostgresBackend, type RedisQueueBackend, runMigrations } from 'bullmq';
import pg from 'pg';
import type { QueueStore } from './bullmq-job-queue.js';
import { QueueClient } from './queue-client.js';

/** Connections for the questions that BullMQ does not ask, and for each of its own parts, at most. */
const CONNECTIONS = 4;
const CONNECT_TIMEOUT_MS = 5_000;

/** BullMQ makes the connection on which it waits for jobs from the driver itself, whatever its options say. */
function heardBackend(...args: Parameters<typeof createPostgresBackend>): ReturnType<typeof createPostgresBackend> {
  const backend = createPostgresBackend(...args);
  const { connection } = backend as unknown as { readonly connection: { pgModule: { readonly Client: unknown } } };
  connection.pgModule = { ...connection.pgModule, Client: QueueClient };
  return backend;
}

/** BullMQ's queue in a schema of a PostgreSQL database. */
export class PostgresStore implements QueueStore {
  readonly factory = heardBackend as unknown as BackendFactory<RedisQueueBackend>;
  private readonly pool: pg.Pool;

  constructor(
    private readonly url: string,
    private readonly schema: string,
  ) {
    this.pool = new pg.Pool({ ...this.options(), max: 2 });
    // A connection that breaks while nobody uses it is made again by the next one who does.
    this.pool.on('error', () => undefined);
  }

  readonly connection = () => ({ ...this.options(), max: CONNECTIONS, schema: this.schema, migrate: false });

  /** Creates or upgrades the schema, one process at a time: BullMQ takes a lock of its own for it. */
  async prepare(): Promise<void> {
    const client = await this.pool.connect();
    try {
      await runMigrations(client, this.schema);
    } finally {
      client.release();
    }
  }

  warnings(): Promise<string[]> {
    return Promise.resolve([]);
  }

  async missing(queueName: string, ids: readonly string[]): Promise<string[]> {
    const { rows } = await this.pool.query<{ id: string }>(
      `SELECT wanted.id FROM unnest($2::text[]) AS wanted (id)
       WHERE NOT EXISTS (SELECT FROM "${this.schema}".job WHERE job.queue = $1 AND job.id = wanted.id)`,
      [queueName, ids],
    );
    return rows.map(({ id }) => id);
  }

  async ping(): Promise<void> {
    await this.pool.query('SELECT 1');
  }

  close(): Promise<void> {
    return this.pool.end();
  }

  private options(): pg.PoolConfig {
    return {
      connectionString: this.url,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      keepAlive: true,
      application_name: 'wand queue',
      Client: QueueClient,
    };
  }
}

/** The name of the schema for a prefix: what PostgreSQL and BullMQ take, and not that of the tables of the service. */
export function schemaOf(prefix: string): string {
  return `${prefix.replaceAll(/[^A-Za-z0-9_]/g, '_').replace(/^(?=\d)/, '_')}_queue`.slice(0, 63);
}
