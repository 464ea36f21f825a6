import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { databaseMembers, databaseOwner, ownerIn } from '../maintenance/database-owner.js';
import type { RawDatabase, RawStatements } from '../maintenance/raw-database.js';
import { CopyError } from './copy.errors.js';

const LEASE_MS = 30_000;
const RENEW_AFTER_MS = 5_000;

/** The lease of one side, as a service holds it: while the copy is under way no service starts there. */
export class HeldLease {
  private readonly owner = `${hostname()}:${process.pid}:${randomUUID()}`;
  private renewedAt = 0;

  private constructor(
    private readonly database: RawDatabase,
    private readonly side: '--from' | '--to',
  ) {}

  /** @throws {CopyError} if a live process holds it. */
  static async take(database: RawDatabase, side: '--from' | '--to'): Promise<HeldLease> {
    const lease = new HeldLease(database, side);
    await database.transaction(async (tx) => {
      const holder = await ownerIn(tx, database.identity.kind === 'sqlite' ? '' : ' FOR UPDATE');
      if (holder?.isAlive === true) throw new CopyError(ownedText(side, holder.owner, holder.expiresAt));
      await tx.change('DELETE FROM "process_lease"');
      await tx.change('INSERT INTO "process_lease" ("id", "owner", "expires_at") VALUES (1, ?, ?)', [
        lease.owner,
        Date.now() + LEASE_MS,
      ]);
    });
    lease.renewedAt = performance.now();
    try {
      // A process of a fleet tells of itself first and looks for a lease then: of the two at least one sees the other.
      await refuseMembers(database, side);
      return lease;
    } catch (error) {
      await lease.release();
      throw error;
    }
  }

  /** Call it again and again; it costs nothing most of the time. @throws {CopyError} if somebody else took the lease. */
  async keep(): Promise<void> {
    if (performance.now() - this.renewedAt < RENEW_AFTER_MS) return;
    await this.database.transaction((tx) => this.renew(tx));
  }

  /** Call it in a transaction: what that writes is stored only if the lease is held still. @throws {CopyError} */
  async renew(tx: RawStatements): Promise<void> {
    const found = await tx.change('UPDATE "process_lease" SET "expires_at" = ? WHERE "owner" = ?', [
      Date.now() + LEASE_MS,
      this.owner,
    ]);
    if (found !== 1)
      throw new CopyError(`${this.side}: another process took the database over: nothing more is copied`);
    this.renewedAt = performance.now();
  }

  async release(): Promise<void> {
    await this.database.change('DELETE FROM "process_lease" WHERE "owner" = ?', [this.owner]);
  }
}

/** @throws {CopyError} if a process runs on the database, alone or in a fleet. */
export async function refuseProcesses(database: RawDatabase, side: '--from' | '--to'): Promise<void> {
  const holder = await databaseOwner(database);
  if (holder?.isAlive === true) throw new CopyError(ownedText(side, holder.owner, holder.expiresAt));
  await refuseMembers(database, side);
}

async function refuseMembers(database: RawDatabase, side: '--from' | '--to'): Promise<void> {
  const alive = (await databaseMembers(database)).filter(({ isAlive }) => isAlive);
  if (alive.length === 0) return;
  const names = alive.map(({ process: name, role }) => `${name} (${role})`).join(', ');
  throw new CopyError(
    `${side}: a fleet runs on the database: stop ${names} first (one that is gone already is believed so a minute after its last sign of life)`,
  );
}

function ownedText(side: '--from' | '--to', owner: string, expiresAt: number): string {
  return (
    `${side}: the process ${owner} runs on the database: stop it first (if it is gone already, its lease ends at ` +
    `${new Date(expiresAt).toISOString()})`
  );
}
