import type { EpochMs } from '../../executor/core/index.js';

/** Who owns the database. */
export interface Lease {
  /** `<host>:<pid>:<random>` */
  readonly owner: string;
  /** On the owner's clock. */
  readonly expiresAt: EpochMs;
}

export interface LeaseRequest {
  readonly owner: string;
  readonly expiresAt: EpochMs;
  /** A lease whose owner has gone: it may be replaced, as long as nobody has renewed it. */
  readonly replaces?: Lease;
}

/** The one row that says which process may run an embedded engine on this database. */
export abstract class LeaseRepository {
  /** Takes or renews the lease if it is free, already the owner's, or exactly `replaces`; returns whoever holds it now. */
  abstract acquire(request: LeaseRequest): Promise<Lease>;

  /** Frees the lease if `owner` holds it. */
  abstract release(owner: string): Promise<void>;

  /**
   * From now on this process writes only while `owner` holds the lease; it is looked up in the transaction of each write,
   * so nothing can come between. Every other write fails with a `DatabaseLostError`.
   *
   * @param onLost Called at the first write that was refused, with the new owner's lease; undefined if it has gone already.
   */
  abstract fence(owner: string, onLost: (lease: Lease | undefined) => void): void;
}
