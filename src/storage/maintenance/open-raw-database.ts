import { existsSync } from 'node:fs';
import { parseDatabaseUrl } from '../database-url.js';
import { MIGRATIONS_TABLE } from '../migrations/migrate.js';
import { MIGRATIONS } from '../migrations/migrations.js';
import { DatabaseOpenError } from '../storage.errors.js';
import type { RawDatabase } from './raw-database.js';
import { SqliteRawDatabase } from './sqlite-raw-database.js';

export interface RawOptions {
  readonly url: string;
  /** Nothing is to be written: matters to SQLite alone. */
  readonly readonly?: boolean;
  /** How long to wait for a server. */
  readonly connectionTimeoutSec: number;
}

/**
 * Opens a database as it is, without migrating or making it.
 *
 * @throws {DatabaseUrlError}
 * @throws {DatabaseOpenError} if it is in memory, is not there, or cannot be reached.
 */
export async function openRawDatabase({ url, readonly = false, ...timing }: RawOptions): Promise<RawDatabase> {
  const location = parseDatabaseUrl(url);
  switch (location.kind) {
    case 'memory':
      throw new DatabaseOpenError('DATABASE__URL: a database in memory is seen by its own process alone');
    case 'file':
      return SqliteRawDatabase.open(location.path, readonly);
    case 'server': {
      const { ServerRawDatabase } = await import('../server/index.js');
      return ServerRawDatabase.open(location, {
        ...timing,
        url,
        synchronous: 'full',
        echoSql: false,
        maxConnections: 4,
      });
    }
  }
}

/** False only for a SQLite file that is not there: a database of a server has to be made by somebody else. @throws {DatabaseUrlError} */
export function isMade(url: string): boolean {
  const location = parseDatabaseUrl(url);
  return location.kind !== 'file' || existsSync(location.path);
}

/** The migrations of this program for a database of this kind, oldest first. */
export async function knownMigrations(kind: RawDatabase['identity']['kind']): Promise<string[]> {
  if (kind === 'sqlite') return MIGRATIONS.map(({ name }) => name);
  const { SERVER_MIGRATIONS } = await import('../server/index.js');
  return SERVER_MIGRATIONS.map(({ name }) => name);
}

/** The migrations that a database has been through, oldest first. */
export async function appliedMigrations(database: RawDatabase): Promise<string[]> {
  if (!(await database.hasTable(MIGRATIONS_TABLE))) return [];
  const rows = await database.query<{ readonly name: string }>(
    `SELECT "name" FROM "${MIGRATIONS_TABLE}" ORDER BY "timestamp", "id"`,
  );
  return rows.map(({ name }) => name);
}
