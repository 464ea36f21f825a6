import type { JournalAppend } from '../../storage/index.js';
import type { EpochMs, Namespace, RunId, RunStatus } from '../core/index.js';
import type { FoldedRun } from '../run-reader.js';

/** A run that does not exist yet. */
export interface NewcomingRun {
  readonly runId: RunId;
  readonly namespace: Namespace;
  /** From 0 to 9, the most urgent; 4 when left out. */
  readonly priority?: number;
  /** When it expires should it still wait for a place then. */
  readonly startBy?: EpochMs;
  /** Folds the entries that it is created with, for the engine alone. */
  readonly fold: () => FoldedRun;
  /**
   * Commits the run; with `begun`, which follows on those entries, in the same transaction. No attempt has ended then: it
   * brings no files.
   */
  readonly create: (begun?: Omit<JournalAppend, 'files'>) => Promise<void>;
}

/** Port: decides where and when a committed run executes. */
export abstract class RunEngine {
  /**
   * Has the run committed, once, and sees to it from then on. An engine that can begin it at once has its first attempts
   * committed with it: a commit less for every run that need not wait.
   *
   * @throws whatever `create` throws: the run does not exist then.
   */
  abstract launch(run: NewcomingRun): Promise<void>;

  /**
   * Asks an unfinished run to stop. Resolves once the request is durable, or once the run turned out to have ended, with
   * the run's status at that moment.
   *
   * @throws {EngineNotRunningError} if the engine does not run.
   * @throws {JournalUnavailableError} if the run could not be read, or the request not stored.
   * @throws {CorruptJournalError} if what is stored of the run is damaged.
   */
  abstract cancel(runId: RunId): Promise<RunStatus>;

  /** Whether it takes work: not before it owns the database, and not from the moment on which it is told to stop. */
  abstract readonly phase: EnginePhase;

  /** Runs that this process executes now. */
  abstract readonly liveRuns: number;

  /** Runs that wait for a place. */
  abstract readonly queuedRuns: number;

  /** For how long the run has waited that has waited longest, in milliseconds; 0 when none waits. */
  abstract readonly longestWaitMs: number;

  /** Begins to execute; once. */
  abstract start(): Promise<void>;

  /**
   * Starts nothing more, lets attempts under way end within the grace, then journals the rest as interrupted. Resolves when
   * no session is left here. What had not ended goes on elsewhere, or when an engine starts again.
   */
  abstract stop(graceMs: number): Promise<void>;

  /** What happened between the processes of a fleet, as this one saw it; undefined if there is no fleet. */
  readonly fleetCounts: FleetCounts | undefined = undefined;

  /** What this process has to do with pools; undefined if there is no fleet. */
  readonly pools: PoolFigures | undefined = undefined;

  /** Figures of the queue of a fleet; undefined if there is none. @throws {Error} if the queue does not answer. */
  queueFigures(): Promise<QueueFigures | undefined> {
    return Promise.resolve(undefined);
  }

  /** Resolves if the queue of a fleet answers, and if there is no fleet. */
  checkQueue(): Promise<void> {
    return Promise.resolve();
  }

  /** To be called when there may be more places than before. */
  abstract fill(): void;
}

/** Counted since the process started. */
export interface FleetCounts {
  /** Runs whose worker was found dead by this process. */
  readonly takeovers: number;
  /** Runs that had no job and were given one. */
  readonly swept: number;
  /** Rounds of looking for such runs. */
  readonly sweeps: number;
  /** Jobs that the queue had lost or given to somebody else while their run was worked on here. */
  readonly lostJobs: number;
}

/** Attempts that are made by another process than that of their session. */
export interface PoolFigures {
  /** Those of sessions of this process that no worker has taken, and those that one has. */
  readonly sessions: { readonly waiting: number; readonly running: number };
  /** Attempts of sessions of this process whose worker died or stopped, since it started. */
  readonly interrupted: number;
  /** By pool that this process makes attempts of: how many now, and how many since it started. */
  readonly made: ReadonlyMap<string, { readonly running: number; readonly made: number }>;
  /** By such a pool: attempts that wait in its queue. @throws {Error} if the queue does not answer. */
  waiting(): Promise<ReadonlyMap<string, number>>;
}

export interface QueueFigures {
  readonly waiting: number;
  readonly active: number;
  /** Jobs of runs in which nothing is due before long. */
  readonly delayed: number;
  /** How long the run has waited that comes next, in milliseconds; 0 when none waits. */
  readonly oldestWaitMs: number;
}

/** Too many committed runs wait for a queue that cannot be reached: this one was not created. */
export class QueueBacklogError extends Error {
  override readonly name = 'QueueBacklogError';
  constructor(readonly backlog: number) {
    super(`the queue cannot be reached, and ${backlog} runs wait for it already`);
  }
}

export type EnginePhase = 'starting' | 'running' | 'stopping';

/** The engine is starting or stopping and touches no run. */
export class EngineNotRunningError extends Error {
  override readonly name = 'EngineNotRunningError';
}
