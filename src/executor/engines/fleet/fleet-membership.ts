import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { AppConfig } from '../../../config/index.js';
import {
  type FleetMember,
  type FleetMemberRepository,
  JournalUnavailableError,
  type Lease,
  isDeadOwner,
  leaseOwnerText,
} from '../../../storage/index.js';
import type { Clock } from '../../clock.js';
import { DatabaseOwnedError } from '../claim.errors.js';
import { type ClaimOptions, DatabaseClaim, type Member } from '../database-claim.js';
import { LeaseWatch } from '../lease-watch.js';
import type { RunEngine } from '../run-engine.js';
import { ClockWatch } from './clock-watch.js';

/** How often a process that waits looks at the lease, in milliseconds. */
const LOOK_EVERY_MS = 250;
/** Signs of life that a member gives in the time after which it counts as gone. */
const BEATS = 3;
/** Beats from one look at the clock to the next. */
const BEATS_PER_LOOK = 12;
/** A member is taken off the list after this many times the time after which it counts as gone. */
const FORGOTTEN_AFTER = 4;

/** Members that this process is: others with its id are of an earlier process that had it. */
const ours = new Set<string>();

export interface FleetMembershipParts {
  readonly members: FleetMemberRepository;
  readonly engine: RunEngine;
  readonly clock: Clock;
  readonly config: AppConfig;
}

/**
 * A place among the processes that work on one database. A member gives a sign of life while it lasts; one that has given
 * none for DATABASE__LEASE_SEC counts as gone. No fleet and no embedded engine work on one database at a time: each tells of
 * itself first and looks for the other then, so that of two that start at once one at least sees the other.
 */
export class FleetMembership extends DatabaseClaim {
  private readonly logger = new Logger(FleetMembership.name);
  private readonly id = `${hostname()}:${process.pid}:${randomUUID()}`;
  private readonly ttlMs: number;
  private readonly watch: LeaseWatch;
  private readonly clockWatch: ClockWatch;
  private beats = 0;
  private self: Omit<FleetMember, 'liveRuns'> | undefined;
  private timer: NodeJS.Timeout | undefined;
  /** Of the beat that is under way. */
  private beating: Promise<void> | undefined;
  /** Who held the lease of the database at the last look, against all agreement. */
  private intruder: string | undefined;
  private isFirst = false;
  private isFailing = false;

  constructor(private readonly parts: FleetMembershipParts) {
    super();
    this.ttlMs = parts.config.database.leaseSec * 1_000;
    this.watch = new LeaseWatch(this.ttlMs, () => parts.clock.now());
    this.clockWatch = new ClockWatch(parts.members, parts.clock, this.logger);
  }

  override get isSteward(): boolean {
    return this.isFirst;
  }

  override get clockOffsetMs(): number | undefined {
    return this.clockWatch.offsetMs;
  }

  override async acquire({ wait, signal, version, onLost }: ClaimOptions): Promise<void> {
    const { members, clock, config } = this.parts;
    const pools = config.role === 'api' ? [] : config.execution.pools;
    this.self = { id: this.id, role: config.role, version, startedAt: clock.now(), pools };
    ours.add(this.id);
    await this.forgetDead();
    for (let hasLogged = false; ; hasLogged = true) {
      await members.beat(this.now(this.self));
      const lease = await members.embeddedLease();
      if (lease === undefined) break;
      const sign = this.watch.look(lease);
      if (sign === 'gone') {
        await members.clearLease(lease);
        continue;
      }
      await members.leave(this.id);
      if (sign === 'lives' && !wait) throw new DatabaseOwnedError(lease);
      if (!hasLogged) this.logger.log(`waiting for the process ${leaseOwnerText(lease.owner)} to leave the database`);
      await sleep(LOOK_EVERY_MS, undefined, { signal });
    }
    await this.chooseSteward();
    await this.clockWatch.look();
    this.timer = setInterval(() => {
      this.beating ??= this.beat(onLost).finally(() => {
        this.beating = undefined;
      });
    }, this.ttlMs / BEATS);
    this.timer.unref();
  }

  override async release(): Promise<void> {
    clearInterval(this.timer);
    ours.delete(this.id);
    await this.beating;
    try {
      await this.parts.members.leave(this.id);
    } catch (error) {
      if (!(error instanceof JournalUnavailableError)) throw error;
      this.logger.warn({ err: error }, 'the fleet could not be told that this process leaves: its silence will');
    }
  }

  override members(): Promise<readonly Member[]> {
    return this.parts.members.list();
  }

  private async beat(onLost: ClaimOptions['onLost']): Promise<void> {
    const { members } = this.parts;
    if (this.self === undefined) return;
    try {
      await members.beat(this.now(this.self));
      await this.chooseSteward();
      this.beats += 1;
      if (this.beats % BEATS_PER_LOOK === 0) await this.clockWatch.look();
      if (this.isFirst) await members.forgetSilent(this.ttlMs * FORGOTTEN_AFTER);
      const lease = await members.embeddedLease();
      if (lease !== undefined && this.isIntruder(lease)) {
        clearInterval(this.timer);
        onLost(leaseOwnerText(lease.owner));
      }
      this.isFailing = false;
    } catch (error) {
      if (!this.isFailing) this.logger.warn({ err: error }, 'the fleet could not be given a sign of life');
      this.isFailing = true;
    }
  }

  /**
   * Somebody that took this process for gone, when it stood still, works alone on the database by now. An embedded process
   * that is just being refused holds the lease for a moment too: so it must be seen twice.
   */
  private isIntruder(lease: Lease): boolean {
    if (this.watch.look(lease) === 'gone') return false;
    const wasSeen = this.intruder === lease.owner;
    this.intruder = lease.owner;
    return wasSeen;
  }

  /** Of the members that execute runs, the one that started first. */
  private async chooseSteward(): Promise<void> {
    const all = await this.parts.members.list();
    const first = all.find(({ role, silentMs }) => role !== 'api' && silentMs < this.ttlMs);
    this.isFirst = first?.id === this.id;
  }

  /** Processes of this host that have died show it at once. */
  private async forgetDead(): Promise<void> {
    const { members } = this.parts;
    for (const { id } of await members.list()) {
      if (isDeadOwner(id) && !ours.has(id)) await members.leave(id);
    }
  }

  private now(self: Omit<FleetMember, 'liveRuns'>): FleetMember {
    return { ...self, liveRuns: this.parts.engine.liveRuns };
  }
}
