import type { EpochMs, RunId, RunStatus } from '../core/index.js';
import type { FoldedRun } from '../run-reader.js';

/** A committed run. */
export interface OfferedRun {
  readonly runId: RunId;
  /** When it expires should it still wait for a place then. */
  readonly startBy?: EpochMs;
  /** Folds what is committed of it, for the engine alone: an engine that can begin at once need not read the journal. */
  readonly fold?: () => FoldedRun;
}

/** Port: decides where and when a committed run executes. */
export abstract class RunEngine {
  /**
   * Says that there is work. A lost offer is harmless: the engine finds unfinished runs in the database when it starts.
   */
  abstract offer(run: OfferedRun): void;

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
}

export type EnginePhase = 'starting' | 'running' | 'stopping';

/** The engine is starting or stopping and touches no run. */
export class EngineNotRunningError extends Error {
  override readonly name = 'EngineNotRunningError';
}
