import type { EpochMs, RunId, RunStatus } from '../core/index.js';

/** Port: decides where and when a committed run executes. */
export abstract class RunEngine {
  /**
   * Says that there is work. A lost offer is harmless: the engine finds unfinished runs in the database when it starts.
   * `startBy` is when the run expires should it still wait for a place then.
   */
  abstract offer(runId: RunId, startBy?: EpochMs): void;

  /**
   * Asks an unfinished run to stop. Resolves once the request is durable, or once the run turned out to have ended, with
   * the run's status at that moment.
   *
   * @throws {EngineNotRunningError} if the engine does not run.
   * @throws {JournalUnavailableError} if the request could not be stored.
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
