import type { EpochMs } from '../core/index.js';

export interface ClaimOptions {
  /** Wait for whoever is in the way to go instead of failing. */
  readonly wait: boolean;
  /** Ends the waiting. */
  readonly signal?: AbortSignal;
  /** Of this program. */
  readonly version: string;
  /**
   * Called once if another process took the database over after all: nothing is stored from here any more.
   *
   * @param owner Which process; undefined if it has gone already.
   */
  readonly onLost: (owner: string | undefined) => void;
}

/** A process that works on the database. */
export interface Member {
  /** `<host>:<pid>:<random>` */
  readonly id: string;
  readonly role: 'all' | 'api' | 'worker';
  /** Of its program. */
  readonly version: string;
  readonly startedAt: EpochMs;
  /** Runs that it executed when it gave its last sign. */
  readonly liveRuns: number;
  /** Whose attempts it makes; none if it works on no runs. */
  readonly pools: readonly string[];
  /** How long ago that was, in milliseconds. */
  readonly silentMs: number;
}

/** Port: the right of this process to work on its database, alone or beside others. */
export abstract class DatabaseClaim {
  /**
   * Takes it, and shows that this process lives until `release`.
   *
   * @throws {DatabaseOwnedError} if a process that must be alone is on the database and `wait` is false.
   * @throws {FleetOnDatabaseError} if this process must be alone, a fleet is on the database, and `wait` is false.
   * @throws {Error} an `AbortError` once `signal` ends the waiting.
   */
  abstract acquire(options: ClaimOptions): Promise<void>;

  /** Gives it back, so that the next process need not wait for a sign of life that does not come. */
  abstract release(): Promise<void>;

  /** Every process that works on the database, those that started first before the others. */
  abstract members(): Promise<readonly Member[]>;

  /**
   * Whether it is for this process to do what one is to do for all. Of several it is one, but for moments in which it changes
   * none or two of them: what it does must bear that.
   */
  abstract readonly isSteward: boolean;

  /** How far the clock of this process is ahead of that of the others, in milliseconds; undefined if there are none or nobody has looked. */
  abstract readonly clockOffsetMs: number | undefined;
}
