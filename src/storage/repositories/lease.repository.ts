import type { EpochMs } from '../../executor/core/index.js';

/** Who owns the database. */
export interface Lease {
  /** `<host>:<pid>:<random>` */
  readonly owner: string;
  readonly expiresAt: EpochMs;
}

/** The one row that says which process may run an embedded engine on this database. */
export abstract class LeaseRepository {
  /** Takes or renews the lease if it is free, expired, or already `owner`'s; returns whoever holds it now. */
  abstract acquire(owner: string, now: EpochMs, ttlMs: number): Promise<Lease>;
  /** Frees the lease if `owner` holds it. */
  abstract release(owner: string): Promise<void>;
}
