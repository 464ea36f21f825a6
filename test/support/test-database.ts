import { createMariadbDatabase, createPostgresDatabase } from './server-databases.js';

/** Each is a project of Jest, which sets it as the global `testDatabase`. */
export type TestDatabaseKind = 'sqlite' | 'postgres' | 'mariadb';

const CREATORS = { postgres: createPostgresDatabase, mariadb: createMariadbDatabase } as const;

/** The kind of database that the tests of this process run on. */
export const TEST_DATABASE = (globalThis as { readonly testDatabase?: TestDatabaseKind }).testDatabase ?? 'sqlite';

/** Databases of this test file by the file that they stand for. */
const databases = new Map<string, ReturnType<(typeof CREATORS)['postgres']>>();

/**
 * What `DATABASE__URL` takes for the database that would be `file` if it were SQLite: that file itself, or a database on the
 * server, made when it is first asked for and the same for the same file until the tests of the test file are over.
 */
export async function databaseUrl(file: string): Promise<string> {
  if (TEST_DATABASE === 'sqlite') return `sqlite:///${file}`;
  let database = databases.get(file);
  if (database === undefined) {
    database = CREATORS[TEST_DATABASE]();
    databases.set(file, database);
  }
  return (await database).url;
}

/** Drops what `databaseUrl` has made. */
export async function dropDatabases(): Promise<void> {
  const all = [...databases.values()];
  databases.clear();
  for (const database of all) await (await database).drop();
}

/** A test of what only SQLite has; `reason` says what that is. On servers it is shown as skipped. */
export function itOnSqlite(reason: string, title: string, body: () => Promise<void>): void {
  if (TEST_DATABASE === 'sqlite') it(title, body);
  else it.skip(`${title} (on SQLite alone: ${reason})`, body);
}
