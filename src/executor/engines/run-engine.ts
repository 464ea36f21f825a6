import type { JournalAppend } from '../../storage/index.js';
import type { EpochMs, Namespace, RunId, RunStatus } from '../core/index.js';
import type { FoldedRun } from '../run-reader.js';

/** A run that does not exist yet. */
export interface NewcomingRun {
  readonly runId: RunId;
  readonly namespace: Namespace;
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

  /** To be called when there may be more places than before. */
  abstract fill(): void;
}

export type EnginePhase = 'starting' | 'running' | 'stopping';

/** The engine is starting or stopping and touches no run. */
export class EngineNotRunningError extends Error {
  override readonly name = 'EngineNotRunningError';
}
