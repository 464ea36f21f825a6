import { type Lease, isDeadOwner } from '../../storage/index.js';
import type { EpochMs } from '../core/index.js';

/** A lease as it was first seen; `since` is monotonic milliseconds. */
interface Sighting {
  readonly lease: Lease;
  readonly since: number;
}

/** What a look at a lease says of its owner. */
export type LifeSign = 'lives' | 'gone' | 'unknown';

/**
 * Watches the lease of another process to see whether that one lives. It is judged by how long the lease has not changed on
 * our own clock, never by comparing two wall clocks.
 */
export class LeaseWatch {
  private seen: Sighting | undefined;

  /** @param ttlMs How long an owner may leave its lease as it is. */
  constructor(
    private readonly ttlMs: number,
    private readonly now: () => EpochMs,
  ) {}

  /** The lease that was looked at last, if its owner has gone since. */
  get gone(): Lease | undefined {
    return this.seen !== undefined && this.isGone(this.seen) ? this.seen.lease : undefined;
  }

  /** To be called with the lease as it is, time and again. One that ran out says nothing until it is renewed or was left. */
  look(lease: Lease): LifeSign {
    if (isSame(this.seen?.lease, lease)) return this.gone === undefined ? 'unknown' : 'gone';
    const isRenewed = this.seen?.lease.owner === lease.owner;
    this.seen = { lease, since: performance.now() };
    if (isDeadOwner(lease.owner)) return 'gone';
    return isRenewed || lease.expiresAt > this.now() ? 'lives' : 'unknown';
  }

  /** A lease that has run out is given time for one renewal: the clocks of two processes may differ. */
  private isGone({ lease, since }: Sighting): boolean {
    const unchangedMs = performance.now() - since;
    const isExpired = lease.expiresAt <= this.now();
    return isDeadOwner(lease.owner) || unchangedMs >= (isExpired ? this.ttlMs / 2 : this.ttlMs);
  }
}

function isSame(seen: Lease | undefined, lease: Lease): boolean {
  return seen?.owner === lease.owner && seen.expiresAt === lease.expiresAt;
}
