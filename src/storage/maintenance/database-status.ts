import { parseDatabaseUrl } from '../database-url.js';
import { maskedUrl } from '../masked-url.js';
import { COPY_MARKER, schemaStanding } from '../migrations/schema-standing.js';
import { type DatabaseMember, type DatabaseOwner, databaseMembers, databaseOwner } from './database-owner.js';
import { type RawOptions, appliedMigrations, isMade, knownMigrations, openRawDatabase } from './open-raw-database.js';
import type { RawDatabase } from './raw-database.js';

/** How the schema stands to this program: `missing` is a SQLite file that is not there, `incomplete` an unfinished copy. */
export type SchemaState = 'current' | 'pending' | 'missing' | 'newer' | 'incomplete';

export interface DatabaseStatus {
  /** The URL without its password. */
  readonly database: string;
  /** Product and version; null for a file that is not there. */
  readonly server: string | null;
  readonly schema: {
    readonly state: SchemaState;
    /** The newest migration that was applied; null if there is none. */
    readonly version: string | null;
    /** The newest migration of this program. */
    readonly programVersion: string;
    /** What a start would apply, oldest first. */
    readonly pending: readonly string[];
  };
  readonly owner: DatabaseOwner | null;
  /** The processes of a fleet. */
  readonly members: readonly DatabaseMember[];
  /** How many by status. */
  readonly runs: Readonly<Record<string, number>>;
  /** Of all runs that there are. */
  readonly events: number;
  readonly bytes: number;
}

/**
 * Looks at a database and changes nothing, not even a schema that is out of date.
 *
 * @throws {DatabaseUrlError}
 * @throws {DatabaseOpenError} if it is in memory or cannot be reached.
 * @throws {JournalUnavailableError} if it can be reached no more.
 */
export async function databaseStatus(options: Omit<RawOptions, 'readonly'>): Promise<DatabaseStatus> {
  if (!isMade(options.url)) return statusOfNothing(options.url);
  const database = await openRawDatabase({ ...options, readonly: true });
  try {
    return await statusOf(database);
  } finally {
    await database.close();
  }
}

async function statusOf(database: RawDatabase): Promise<DatabaseStatus> {
  const { kind, name, server } = database.identity;
  const known = await knownMigrations(kind);
  const applied = await appliedMigrations(database);
  const standing = schemaStanding(applied, known);
  const version = applied.filter((migration) => migration !== COPY_MARKER.name).at(-1) ?? null;
  return {
    database: name,
    server,
    schema: {
      state: standing.state,
      version,
      programVersion: known.at(-1) ?? 'none',
      pending: standing.state === 'pending' ? standing.pending : [],
    },
    owner: (await databaseOwner(database)) ?? null,
    members: await databaseMembers(database),
    ...(await contentsOf(database)),
    bytes: await database.bytes(),
  };
}

async function contentsOf(database: RawDatabase): Promise<Pick<DatabaseStatus, 'runs' | 'events'>> {
  if (!(await database.hasTable('runs'))) return { runs: {}, events: 0 };
  // Events are numbered from 1 without gaps: to count them one by one would read the largest table.
  const rows = await database.query<{ readonly status: string; readonly runs: number; readonly events: number }>(
    'SELECT "status" AS "status", COUNT(*) AS "runs", SUM("last_seq") AS "events" FROM "runs" GROUP BY "status" ORDER BY "status"',
  );
  return {
    runs: Object.fromEntries(rows.map(({ status, runs }) => [status, Number(runs)])),
    events: rows.reduce((sum, { events }) => sum + Number(events), 0),
  };
}

async function statusOfNothing(url: string): Promise<DatabaseStatus> {
  const location = parseDatabaseUrl(url);
  const known = await knownMigrations('sqlite');
  return {
    database: maskedUrl(location.kind === 'file' ? `sqlite:///${location.path}` : url),
    server: null,
    schema: { state: 'missing', version: null, programVersion: known.at(-1) ?? 'none', pending: known },
    owner: null,
    members: [],
    runs: {},
    events: 0,
    bytes: 0,
  };
}
