import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { LeaseRepository, type Lease } from '../../../storage/index.js';
import { Clock } from '../../clock.js';

/** How long a lease lasts without being renewed, and how often it is, in milliseconds. */
const TTL_MS = 15_000;
const RENEW_EVERY_MS = 5_000;
const RETRY_EVERY_MS = 500;

/** Another process runs on this database. */
export class DatabaseOwnedError extends Error {
  override readonly name = 'DatabaseOwnedError';
  constructor(readonly lease: Lease) {
    super(
      `the database is in use by the process ${ownerText(lease.owner)}: stop it first, give this one a DATABASE__URL of ` +
        'its own, or start with --wait to take over when the other has gone',
    );
  }
}

function ownerText(owner: string): string {
  const { host, pid } = parseOwner(owner);
  return `${pid} on ${host}`;
}

function parseOwner(owner: string): { readonly host: string; readonly pid: number } {
  const [random = '', pid = '', ...host] = owner.split(':').reverse();
  return random === '' ? { host: owner, pid: 0 } : { host: host.reverse().join(':'), pid: Number(pid) };
}

/** Keeps this process the only one that runs an embedded engine on its database. */
@Injectable()
export class DatabaseLease {
  private readonly logger = new Logger(DatabaseLease.name);
  private readonly owner = `${hostname()}:${process.pid}:${randomUUID()}`;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly leases: LeaseRepository,
    private readonly clock: Clock,
  ) {}

  /**
   * Takes the lease and renews it until `release`. A lease that a dead process of this host left behind is taken over at once.
   *
   * @param options.wait Wait for another owner to go instead of failing.
   * @param options.onLost Called once if another process took the lease after all: stop writing at once.
   * @throws {DatabaseOwnedError} if another process holds it and `wait` is false.
   */
  async acquire(options: { readonly wait: boolean; readonly onLost: (lease: Lease) => void }): Promise<void> {
    for (let hasLogged = false; ;) {
      const lease = await this.tryAcquire();
      if (lease.owner === this.owner) break;
      if (!options.wait) throw new DatabaseOwnedError(lease);
      if (!hasLogged) this.logger.log(`waiting for the process ${ownerText(lease.owner)} to leave the database`);
      hasLogged = true;
      await sleep(RETRY_EVERY_MS);
    }
    this.timer = setInterval(() => void this.renew(options.onLost), RENEW_EVERY_MS);
    this.timer.unref();
  }

  /** Frees the lease, so that the next process need not wait for it to run out. */
  async release(): Promise<void> {
    clearInterval(this.timer);
    await this.leases.release(this.owner);
  }

  private async tryAcquire(): Promise<Lease> {
    const lease = await this.leases.acquire(this.owner, this.clock.now(), TTL_MS);
    if (lease.owner === this.owner || !isDead(lease.owner)) return lease;
    await this.leases.release(lease.owner);
    return this.leases.acquire(this.owner, this.clock.now(), TTL_MS);
  }

  private async renew(onLost: (lease: Lease) => void): Promise<void> {
    try {
      const lease = await this.leases.acquire(this.owner, this.clock.now(), TTL_MS);
      if (lease.owner === this.owner) return;
      clearInterval(this.timer);
      onLost(lease);
    } catch (error) {
      this.logger.warn({ err: error }, 'the database lease could not be renewed');
    }
  }
}

/** True if the owner was a process of this host that is gone; a process with our own id can only be an earlier one. */
function isDead(owner: string): boolean {
  const { host, pid } = parseOwner(owner);
  if (host !== hostname()) return false;
  if (pid === process.pid) return true;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}
