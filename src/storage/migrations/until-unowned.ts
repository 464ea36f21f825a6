import { setTimeout as sleep } from 'node:timers/promises';
import type BetterSqlite3 from 'better-sqlite3';
import { isDeadOwner, leaseOwnerText } from '../lease-owner.js';
import type { Lease } from '../repositories/lease.repository.js';
import { MigrationBlockedError } from '../storage.errors.js';

const LOOK_EVERY_MS = 100;

/**
 * Resolves when no process runs on the database any more: at once, or when the lease of one that is gone has run out.
 *
 * @throws {MigrationBlockedError} if its owner renews the lease, and so is alive.
 */
export async function untilUnowned(handle: BetterSqlite3.Database): Promise<void> {
  let seen: Lease | undefined;
  for (;;) {
    const lease = liveLease(handle);
    if (lease === undefined) return;
    if (seen !== undefined && lease.expiresAt !== seen.expiresAt)
      throw new MigrationBlockedError(leaseOwnerText(lease.owner));
    seen = lease;
    await sleep(LOOK_EVERY_MS);
  }
}

/** Call it in the transaction that changes the schema: an owner that was only paused finds itself fenced when it wakes up. */
export function revokeLease(handle: BetterSqlite3.Database): void {
  if (hasLeases(handle)) handle.exec('DELETE FROM process_lease');
}

function liveLease(handle: BetterSqlite3.Database): Lease | undefined {
  if (!hasLeases(handle)) return undefined;
  const lease = handle.prepare<[], Lease>('SELECT owner, expires_at AS "expiresAt" FROM process_lease').get();
  return lease === undefined || lease.expiresAt <= Date.now() || isDeadOwner(lease.owner) ? undefined : lease;
}

function hasLeases(handle: BetterSqlite3.Database): boolean {
  return handle.prepare(`SELECT 1 FROM sqlite_master WHERE name = 'process_lease'`).get() !== undefined;
}
