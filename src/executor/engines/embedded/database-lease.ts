import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { AppConfig } from '../../../config/index.js';
import {
  DatabaseLostError,
  type FleetMemberRepository,
  JournalUnavailableError,
  type Lease,
  type LeaseRepository,
  isDeadOwner,
  leaseOwnerText,
} from '../../../storage/index.js';
import type { Clock } from '../../clock.js';
import { type EpochMs, epochMs } from '../../core/index.js';
import { DatabaseOwnedError, FleetOnDatabaseError } from '../claim.errors.js';
import { type ClaimOptions, DatabaseClaim, type Member } from '../database-claim.js';
import { LeaseWatch } from '../lease-watch.js';
import type { RunEngine } from '../run-engine.js';

/** How often a process that waits looks at the lease, in milliseconds. */
const LOOK_EVERY_MS = 250;
/** A lease is renewed this often while it lasts. */
const RENEWALS = 3;

export interface DatabaseLeaseParts {
  readonly leases: LeaseRepository;
  readonly fleet: FleetMemberRepository;
  readonly engine: RunEngine;
  readonly clock: Clock;
  readonly config: AppConfig;
}

/**
 * Keeps this process the only one that runs an embedded engine on its database. An owner shows that it lives by renewing
 * its lease. Whether it does is judged by how long the lease has not changed on the clock of whoever watches, never by
 * comparing two wall clocks. An owner that was only stopped for a while finds its writes fenced when it wakes up.
 */
export class DatabaseLease extends DatabaseClaim {
  private readonly logger = new Logger(DatabaseLease.name);
  private readonly owner = `${hostname()}:${process.pid}:${randomUUID()}`;
  private readonly ttlMs: number;
  private readonly startedAt: EpochMs;
  private version = '';
  private timer: NodeJS.Timeout | undefined;
  private isReleased = false;

  constructor(private readonly parts: DatabaseLeaseParts) {
    super();
    this.ttlMs = parts.config.database.leaseSec * 1_000;
    this.startedAt = parts.clock.now();
  }

  override readonly clockOffsetMs = undefined;

  /** An owner is alone. */
  override get isSteward(): boolean {
    return true;
  }

  /**
   * Takes the lease and renews it until `release`. A lease that a dead process of this host left behind is taken over at
   * once; one that has run out, when its owner is seen to renew it no more.
   */
  override async acquire({ wait, signal, version, onLost }: ClaimOptions): Promise<void> {
    const { leases } = this.parts;
    this.version = version;
    do {
      // The lease would look to a fleet as if this process had taken the database over.
      while (await this.isFleetThere(wait)) await sleep(LOOK_EVERY_MS, undefined, { signal });
      await this.takeLease(wait, signal);
    } while (await this.mustYield(wait));
    leases.fence(this.owner, (lease) => this.lose(lease, onLost));
    this.timer = setInterval(() => void this.renew(), this.ttlMs / RENEWALS);
    this.timer.unref();
  }

  /** Nothing can be written after it. */
  override async release(): Promise<void> {
    clearInterval(this.timer);
    this.isReleased = true;
    try {
      await this.parts.leases.release(this.owner);
    } catch (error) {
      if (error instanceof DatabaseLostError) return;
      if (!(error instanceof JournalUnavailableError)) throw error;
      // A full disk keeps nobody from stopping in order: whoever comes next sees that this process is gone.
      this.logger.warn({ err: error }, 'the database lease could not be freed');
    }
  }

  override members(): Promise<readonly Member[]> {
    const { owner: id, version, startedAt, parts } = this;
    const { liveRuns } = parts.engine;
    return Promise.resolve([
      { id, role: 'all', version, startedAt, liveRuns, pools: this.parts.config.execution.pools, silentMs: 0 },
    ]);
  }

  private async takeLease(wait: boolean, signal: AbortSignal | undefined): Promise<void> {
    const watch = new LeaseWatch(this.ttlMs, () => this.parts.clock.now());
    let hasLogged = false;
    for (;;) {
      const lease = await this.ask(wait, watch.gone);
      if (lease?.owner === this.owner) return;
      if (lease !== undefined) {
        const sign = watch.look(lease);
        if (sign === 'gone') continue;
        if (sign === 'lives' && !wait) throw new DatabaseOwnedError(lease);
        if (!hasLogged) this.logger.log(`waiting for the process ${leaseOwnerText(lease.owner)} to leave the database`);
        hasLogged = true;
      }
      await sleep(LOOK_EVERY_MS, undefined, { signal });
    }
  }

  /** @throws {FleetOnDatabaseError} if a fleet is there and `wait` is false. */
  private async isFleetThere(wait: boolean): Promise<boolean> {
    const all = await this.parts.fleet.list();
    const [first, ...others] = all.filter(({ id, silentMs }) => silentMs < this.ttlMs && !isDeadOwner(id));
    if (first === undefined) return false;
    if (!wait) throw new FleetOnDatabaseError([first, ...others]);
    return true;
  }

  /** Whether a fleet came in between; nothing is held then. */
  private async mustYield(wait: boolean): Promise<boolean> {
    try {
      if (!(await this.isFleetThere(wait))) return false;
    } catch (error) {
      await this.parts.leases.release(this.owner);
      throw error;
    }
    await this.parts.leases.release(this.owner);
    return true;
  }

  /** Undefined if the database could not be written and whoever waits may try again. */
  private async ask(wait: boolean, replaces: Lease | undefined): Promise<Lease | undefined> {
    try {
      return await this.parts.leases.acquire({ owner: this.owner, expiresAt: this.nextExpiry(), replaces });
    } catch (error) {
      // A process that was stopped in the middle of a write holds the lock until it goes on or dies.
      if (wait && error instanceof JournalUnavailableError) return undefined;
      throw error;
    }
  }

  private async renew(): Promise<void> {
    try {
      await this.parts.leases.acquire({ owner: this.owner, expiresAt: this.nextExpiry() });
    } catch (error) {
      // The fence has told that already.
      if (error instanceof DatabaseLostError) return;
      this.logger.warn({ err: error }, 'the database lease could not be renewed');
    }
  }

  private lose(lease: Lease | undefined, onLost: ClaimOptions['onLost']): void {
    clearInterval(this.timer);
    if (!this.isReleased) onLost(lease === undefined ? undefined : leaseOwnerText(lease.owner));
  }

  private nextExpiry(): EpochMs {
    return epochMs(this.parts.clock.now() + this.ttlMs);
  }
}
