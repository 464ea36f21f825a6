import { randomBytes } from 'node:crypto';
import pg from 'pg';

/** A database of its own on a server, for as long as something is measured on it. */
export class PostgresDatabase {
  readonly url: string;
  private readonly serverUrl: string;
  private readonly name: string;

  private constructor(serverUrl: string, name: string) {
    this.serverUrl = serverUrl;
    this.name = name;
    this.url = Object.assign(new URL(serverUrl), { pathname: `/${name}` }).href;
  }

  static async create(serverUrl: string): Promise<PostgresDatabase> {
    const name = `wandbench_${randomBytes(4).toString('hex')}`;
    await onPostgres(serverUrl, `CREATE DATABASE ${name}`);
    return new PostgresDatabase(serverUrl, name);
  }

  /** Transactions that were committed in it so far. The question is asked next door, so that it does not count itself. */
  async commits(): Promise<number> {
    const sql = `SELECT xact_commit AS commits FROM pg_stat_database WHERE datname = '${this.name}'`;
    const [row] = await onPostgres<{ commits: string }>(this.serverUrl, sql);
    return Number(row?.commits);
  }

  /** Leaves autovacuum little to do, whose transactions count too. */
  async tidy(): Promise<void> {
    await onPostgres(this.url, 'VACUUM (ANALYZE)');
  }

  async drop(): Promise<void> {
    await onPostgres(this.serverUrl, `DROP DATABASE ${this.name} WITH (FORCE)`);
  }
}

export async function onPostgres<Row extends object>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}
