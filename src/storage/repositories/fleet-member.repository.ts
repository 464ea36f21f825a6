import type { EpochMs } from '../../executor/core/index.js';
import type { Lease } from './lease.repository.js';

/** A process of a fleet, as it tells of itself. */
export interface FleetMember {
  /** `<host>:<pid>:<random>` */
  readonly id: string;
  readonly role: 'all' | 'api' | 'worker';
  /** Of its program. */
  readonly version: string;
  /** On its own clock. */
  readonly startedAt: EpochMs;
  readonly liveRuns: number;
  /** Whose attempts it makes. */
  readonly pools: readonly string[];
}

export interface SeenMember extends FleetMember {
  /** How long ago it gave its last sign, in milliseconds, on the clock of the database. */
  readonly silentMs: number;
}

/** The processes of a fleet that work on this database. Ages are told by the clock of the database, the same for all. */
export abstract class FleetMemberRepository {
  /** What the clock of the database says. */
  abstract now(): Promise<EpochMs>;

  /** Gives a sign of life, the first or a further one. */
  abstract beat(member: FleetMember): Promise<void>;

  /** Takes a member off the list; nothing happens if it is not on it. */
  abstract leave(id: string): Promise<void>;

  /** Takes those off the list that have given no sign for longer than `silentMs`. */
  abstract forgetSilent(silentMs: number): Promise<void>;

  /** All that are on the list, those that started first before the others. */
  abstract list(): Promise<readonly SeenMember[]>;

  /** The lease of an embedded process on this database, of one that lives or died. */
  abstract embeddedLease(): Promise<Lease | undefined>;

  /** Removes the lease of an embedded process that has gone, unless it was renewed or taken since. */
  abstract clearLease(lease: Lease): Promise<void>;
}
