import BetterSqlite3 from 'better-sqlite3';
import { createConnection } from 'mysql2/promise';
import pg from 'pg';
import { ENTITIES } from '../../src/storage/entities/entities.js';
import { entityTableName } from '../../src/storage/entity-columns.js';

/** A connection of a test's own to a database that a service uses. Statements are SQL that every database takes. */
export interface DatabaseClient {
  rows(sql: string): Promise<readonly object[]>;
  /** One statement after the other. */
  execute(...statements: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** @param url What `DATABASE__URL` takes. */
export async function openDatabaseClient(url: string): Promise<DatabaseClient> {
  switch (new URL(url).protocol) {
    case 'sqlite:':
      return sqliteClient(url);
    case 'postgres:':
      return postgresClient(url);
    default:
      return mysqlClient(url);
  }
}

/** Every value of every row, one after the other, as the database holds it. */
export async function everythingIn(url: string): Promise<Buffer> {
  const client = await openDatabaseClient(url);
  try {
    const found: Buffer[] = [];
    for (const table of ENTITIES.map(entityTableName)) {
      const values = (await client.rows(`SELECT * FROM ${table}`)).flatMap((row) => Object.values(row) as unknown[]);
      for (const value of values) found.push(Buffer.isBuffer(value) ? value : Buffer.from(`${String(value)}\n`));
    }
    return Buffer.concat(found);
  } finally {
    await client.close();
  }
}

function sqliteClient(url: string): DatabaseClient {
  const database = new BetterSqlite3(url.replace('sqlite:///', ''));
  return {
    rows: async (sql) => database.prepare(sql).all() as object[],
    execute: async (...statements) => {
      for (const sql of statements) database.exec(sql);
    },
    close: async () => void database.close(),
  };
}

async function postgresClient(url: string): Promise<DatabaseClient> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return {
    rows: async (sql) => (await client.query<object>(sql)).rows,
    execute: async (...statements) => {
      for (const sql of statements) await client.query(sql);
    },
    close: () => client.end(),
  };
}

async function mysqlClient(url: string): Promise<DatabaseClient> {
  const connection = await createConnection(url);
  return {
    rows: async (sql) => (await connection.query(sql))[0] as object[],
    execute: async (...statements) => {
      for (const sql of statements) await connection.query(sql);
    },
    close: () => connection.end(),
  };
}
