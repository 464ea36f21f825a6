import type { RunId } from '../../executor/core/index.js';

/** Which attempt: one that the journal says was started, under this epoch. */
export interface AttemptKey {
  readonly runId: RunId;
  readonly nodeId: string;
  readonly attempt: number;
  readonly epoch: number;
}

/** `waiting` for a worker, then `running` by one, then `ended` with an outcome, or `lost` because that worker fell silent. */
export type PoolAttemptState = 'waiting' | 'running' | 'ended' | 'lost';

/** What the session of a run sees of an attempt that a pool makes. */
export interface SeenPoolAttempt extends AttemptKey {
  readonly state: PoolAttemptState;
  /** Number of the last report; 0 when there is none. */
  readonly reports: number;
  /** How long ago its worker gave its last sign of life, in milliseconds, on the clock of the database. */
  readonly silentMs: number;
}

/** An attempt that is a worker's still. */
export interface HeldPoolAttempt extends AttemptKey {
  /** The session of its run asks it to stop. */
  readonly mustStop: boolean;
}

/** Something that a worker has to say of an attempt: what the kinds mean is for those who talk. */
export interface PoolReport {
  readonly kind: string;
  readonly body: string;
}

/**
 * Attempts that are made by workers of pools, between the session of their run and the worker that makes them. An attempt is
 * given to one worker at most, ever; what that one has to say counts while the attempt is `running`, and never later.
 */
export abstract class PoolAttemptRepository {
  /** Has attempts wait for a worker; those that are known already stay as they are. */
  abstract add(attempts: readonly AttemptKey[]): Promise<void>;

  /** All attempts of these runs that are known. */
  abstract ofRuns(runIds: readonly RunId[]): Promise<readonly SeenPoolAttempt[]>;

  /** Reports behind number `after`, in order. */
  abstract reports(key: AttemptKey, after: number): Promise<readonly PoolReport[]>;

  /** Takes a running attempt from a worker that has been silent for longer than `silentMs`: whether it was. */
  abstract takeFromSilent(key: AttemptKey, silentMs: number): Promise<boolean>;

  /** Removes an attempt that no worker has taken yet: whether it was one. */
  abstract withdraw(key: AttemptKey): Promise<boolean>;

  /** Asks whoever makes the attempt to stop. */
  abstract askToStop(key: AttemptKey): Promise<void>;

  /** Nothing more of these attempts is of interest. */
  abstract remove(keys: readonly AttemptKey[]): Promise<void>;

  /** Gives a waiting attempt to a worker: whether that has it now. */
  abstract claim(key: AttemptKey, worker: string): Promise<boolean>;

  /**
   * Adds reports, the first under number `after` + 1, and ends the attempt with them if `isEnd`.
   *
   * @returns false if the attempt is not the worker's any more: nothing was stored.
   */
  abstract report(
    key: AttemptKey,
    worker: string,
    after: number,
    reports: readonly PoolReport[],
    isEnd: boolean,
  ): Promise<boolean>;

  /** Gives a sign of life for all that a worker makes: those that are its still, and that the journal still waits for. */
  abstract beat(worker: string): Promise<readonly HeldPoolAttempt[]>;

  /** Removes attempts of runs that have ended, are gone, or were taken over: how many. */
  abstract sweep(): Promise<number>;
}
