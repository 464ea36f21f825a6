import { randomBytes } from 'node:crypto';
import { createConnection } from 'mysql2/promise';
import pg from 'pg';
import { MARIADB_URL, POSTGRES_URL } from './services.js';

/** An empty database on a server, for one test file or one test. */
export interface ServerTestDatabase {
  /** What `DATABASE__URL` takes. */
  readonly url: string;
  drop(): Promise<void>;
}

export const DATABASE_SERVERS = [
  { server: 'PostgreSQL', serverUrl: POSTGRES_URL, create: createPostgresDatabase },
  { server: 'MariaDB', serverUrl: MARIADB_URL, create: createMariadbDatabase },
] as const;

/** Makes a database of PostgreSQL. */
export async function createPostgresDatabase(): Promise<ServerTestDatabase> {
  const name = databaseName();
  await onPostgres(`CREATE DATABASE ${name}`);
  return { url: urlOf(POSTGRES_URL, name), drop: () => onPostgres(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

/** Makes a database of MariaDB or MySQL. */
export async function createMariadbDatabase(): Promise<ServerTestDatabase> {
  const name = databaseName();
  // Files of 16 MB have to fit, which they do not as MariaDB comes. MySQL takes no number that it has not cast.
  await onMariadb('SET GLOBAL max_allowed_packet = CAST(GREATEST(@@GLOBAL.max_allowed_packet, 67108864) AS UNSIGNED)');
  await onMariadb(`CREATE DATABASE ${name}`);
  return { url: urlOf(MARIADB_URL, name), drop: () => onMariadb(`DROP DATABASE IF EXISTS ${name}`) };
}

function databaseName(): string {
  return `wand_test_${randomBytes(8).toString('hex')}`;
}

function urlOf(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}

async function onPostgres(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: POSTGRES_URL });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

async function onMariadb(sql: string): Promise<void> {
  const connection = await createConnection(MARIADB_URL);
  try {
    await connection.query(sql);
  } finally {
    await connection.end();
  }
}
