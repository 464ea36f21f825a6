import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { AppConfig } from '../../../config/index.js';
import {
  DatabaseLostError,
  JournalUnavailableError,
  type Lease,
  LeaseRepository,
  isDeadOwner,
  leaseOwnerText,
} from '../../../storage/index.js';
import { Clock } from '../../clock.js';
import { type EpochMs, epochMs } from '../../core/index.js';

/** How often a process that waits looks at the lease, in milliseconds. */
const LOOK_EVERY_MS = 250;
/** A lease is renewed this often while it lasts. */
const RENEWALS = 3;

/** Another process runs on this database. */
export class DatabaseOwnedError extends Error {
  override readonly name = 'DatabaseOwnedError';
  constructor(readonly lease: Lease) {
    super(
      `the database is in use by the process ${leaseOwnerText(lease.owner)}: stop it first, give this one a DATABASE__URL of ` +
        'its own, or start with --wait to take over when the other has gone',
    );
  }
}

/** A lease as it was first seen; `since` is monotonic milliseconds. */
interface Sighting {
  readonly lease: Lease;
  readonly since: number;
}

export interface AcquireOptions {
  /** Wait for another owner to go instead of failing. */
  readonly wait: boolean;
  /** Ends the waiting. */
  readonly signal?: AbortSignal;
  /**
   * Called once if another process took the lease after all: nothing is stored from here any more.
   *
   * @param owner Which process; undefined if it has gone already.
   */
  readonly onLost: (owner: string | undefined) => void;
}

/**
 * Keeps this process the only one that runs an embedded engine on its database. An owner shows that it lives by renewing
 * its lease. Whether it does is judged by how long the lease has not changed on the clock of whoever watches, never by
 * comparing two wall clocks. An owner that was only stopped for a while finds its writes fenced when it wakes up.
 */
@Injectable()
export class DatabaseLease {
  private readonly logger = new Logger(DatabaseLease.name);
  private readonly owner = `${hostname()}:${process.pid}:${randomUUID()}`;
  private readonly ttlMs: number;
  private timer: NodeJS.Timeout | undefined;
  private isReleased = false;

  constructor(
    private readonly leases: LeaseRepository,
    private readonly clock: Clock,
    config: AppConfig,
  ) {
    this.ttlMs = config.database.leaseSec * 1_000;
  }

  /**
   * Takes the lease and renews it until `release`. A lease that a dead process of this host left behind is taken over at
   * once; one that has run out, when its owner is seen to renew it no more.
   *
   * @throws {DatabaseOwnedError} if another process holds it and `wait` is false.
   * @throws {Error} an `AbortError` once `signal` ends the waiting.
   */
  async acquire({ wait, signal, onLost }: AcquireOptions): Promise<void> {
    let seen: Sighting | undefined;
    let hasLogged = false;
    for (;;) {
      const lease = await this.ask(wait, seen);
      if (lease?.owner === this.owner) break;
      if (lease !== undefined && !isSame(seen?.lease, lease)) {
        const isRenewed = seen?.lease.owner === lease.owner;
        seen = { lease, since: performance.now() };
        if (isDeadOwner(lease.owner)) continue;
        if (!wait && (isRenewed || lease.expiresAt > this.clock.now())) throw new DatabaseOwnedError(lease);
        if (!hasLogged) this.logger.log(`waiting for the process ${leaseOwnerText(lease.owner)} to leave the database`);
        hasLogged = true;
      }
      await sleep(LOOK_EVERY_MS, undefined, { signal });
    }
    this.leases.fence(this.owner, (lease) => this.lose(lease, onLost));
    this.timer = setInterval(() => void this.renew(), this.ttlMs / RENEWALS);
    this.timer.unref();
  }

  /** Frees the lease, so that the next process need not wait for it to run out. Nothing can be written after it. */
  async release(): Promise<void> {
    clearInterval(this.timer);
    this.isReleased = true;
    try {
      await this.leases.release(this.owner);
    } catch (error) {
      if (error instanceof DatabaseLostError) return;
      if (!(error instanceof JournalUnavailableError)) throw error;
      // A full disk keeps nobody from stopping in order: whoever comes next sees that this process is gone.
      this.logger.warn({ err: error }, 'the database lease could not be freed');
    }
  }

  /** Undefined if the database could not be written and whoever waits may try again. */
  private async ask(wait: boolean, seen: Sighting | undefined): Promise<Lease | undefined> {
    const replaces = seen !== undefined && this.isGone(seen) ? seen.lease : undefined;
    try {
      return await this.leases.acquire({ owner: this.owner, expiresAt: this.nextExpiry(), replaces });
    } catch (error) {
      // A process that was stopped in the middle of a write holds the lock until it goes on or dies.
      if (wait && error instanceof JournalUnavailableError) return undefined;
      throw error;
    }
  }

  /** A lease that has run out is given time for one renewal: the clocks of two processes may differ. */
  private isGone({ lease, since }: Sighting): boolean {
    const unchangedMs = performance.now() - since;
    const isExpired = lease.expiresAt <= this.clock.now();
    return isDeadOwner(lease.owner) || unchangedMs >= (isExpired ? this.ttlMs / 2 : this.ttlMs);
  }

  private async renew(): Promise<void> {
    try {
      await this.leases.acquire({ owner: this.owner, expiresAt: this.nextExpiry() });
    } catch (error) {
      // The fence has told that already.
      if (error instanceof DatabaseLostError) return;
      this.logger.warn({ err: error }, 'the database lease could not be renewed');
    }
  }

  private lose(lease: Lease | undefined, onLost: AcquireOptions['onLost']): void {
    clearInterval(this.timer);
    if (!this.isReleased) onLost(lease === undefined ? undefined : leaseOwnerText(lease.owner));
  }

  private nextExpiry(): EpochMs {
    return epochMs(this.clock.now() + this.ttlMs);
  }
}

function isSame(seen: Lease | undefined, lease: Lease): boolean {
  return seen?.owner === lease.owner && seen.expiresAt === lease.expiresAt;
}
