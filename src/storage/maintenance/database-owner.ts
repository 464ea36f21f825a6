import { isDeadOwner, leaseOwnerText } from '../lease-owner.js';
import type { RawDatabase, RawStatements } from './raw-database.js';

/** Who holds the lease of a database. */
export interface DatabaseOwner {
  /** `<pid> on <host>` */
  readonly owner: string;
  /** False once its lease has run out, or when its process was on this host and is gone. */
  readonly isAlive: boolean;
  /** On the owner's clock, in ms since 1970. */
  readonly expiresAt: number;
}

/** Who holds the lease; undefined if nobody does. */
export async function databaseOwner(database: RawDatabase): Promise<DatabaseOwner | undefined> {
  if (!(await database.hasTable('process_lease'))) return undefined;
  return ownerIn(database, '');
}

/** As `databaseOwner`, in a database that has the table; `lock` ends the statement. */
export async function ownerIn(statements: RawStatements, lock: string): Promise<DatabaseOwner | undefined> {
  const [row] = await statements.query<{ readonly owner: string; readonly expiresAt: number }>(
    `SELECT "owner" AS "owner", "expires_at" AS "expiresAt" FROM "process_lease" WHERE "id" = 1${lock}`,
  );
  if (row === undefined) return undefined;
  const isAlive = row.expiresAt > Date.now() && !isDeadOwner(row.owner);
  return { owner: leaseOwnerText(row.owner), isAlive, expiresAt: row.expiresAt };
}

/** A member that was silent for longer counts as gone, whatever lease it was started with. */
const SILENT_MS = 60_000;

/** A process of a fleet on a database. */
export interface DatabaseMember {
  /** `<pid> on <host>` */
  readonly process: string;
  readonly role: string;
  readonly version: string;
  /** False once it was silent for a minute, or when it was on this host and is gone. */
  readonly isAlive: boolean;
  /** Since its last sign of life, in milliseconds. */
  readonly silentMs: number;
}

/** The processes of a fleet that have told of themselves, those that started first before the others. */
export async function databaseMembers(database: RawDatabase): Promise<DatabaseMember[]> {
  return (await database.members()).map(({ id, role, version, silentMs }) => ({
    process: leaseOwnerText(id),
    role,
    version,
    isAlive: Number(silentMs) < SILENT_MS && !isDeadOwner(id),
    silentMs: Number(silentMs),
  }));
}
