/** Named leases by which the processes of a fleet choose who does what one of them is to do. The server's clock counts. */
export abstract class FleetLeaseRepository {
  /**
   * Takes the lease if it is free, has run out or is the owner's already, and keeps it for `ttlMs` from now.
   *
   * @returns whether `owner` has it.
   * @throws {JournalUnavailableError} if the database cannot be reached.
   */
  abstract acquire(name: string, owner: string, ttlMs: number): Promise<boolean>;

  /** Frees the lease if `owner` has it. */
  abstract release(name: string, owner: string): Promise<void>;

  /** Forgets leases that ran out at least `ageMs` ago. */
  abstract forgetExpired(ageMs: number): Promise<void>;
}
