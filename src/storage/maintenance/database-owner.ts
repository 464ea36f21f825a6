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
