import type { EpochMs, Namespace, RunId } from '../../executor/core/index.js';

/** What became of a request to remove a run. `unknown` covers runs that were removed before, and those of other namespaces. */
export type Removal = 'removed' | 'unfinished' | 'unknown';

/** What one step of clearing came to. */
export interface ClearedStep {
  /** Runs of which nothing is left now. */
  readonly runs: number;
  readonly events: number;
  readonly artifacts: number;
  /** More is left to be cleared. */
  readonly hasMore: boolean;
}

/**
 * Removes finished runs: one of a namespace, or old ones of all of them. A removed run is gone for every reader the moment that is durable; the rows it leaves behind are
 * cleared afterwards, a few at a time, so that a large run does not hold up the writer. What a crash leaves uncleared is
 * found again.
 */
export abstract class RunRemovalRepository {
  /** Durable when it resolves. @throws {JournalUnavailableError | JournalBusyError} */
  abstract remove(namespace: Namespace, runId: RunId, at: EpochMs): Promise<Removal>;

  /**
   * Removes finished runs of all namespaces, oldest first, at most `limit`; resolves with how many. It passes over runs that are removed and not
   * cleared: clear them before the next call.
   *
   * @param horizon Runs that were made and finished before it are removed.
   * @throws {JournalUnavailableError}
   */
  abstract removeFinished(query: { horizon: EpochMs; at: EpochMs; limit: number }): Promise<number>;

  /** When the oldest finished run finished, or was made where that is later; undefined if there is none. */
  abstract oldestFinish(): Promise<EpochMs | undefined>;

  /** Clears a bounded part of what removed runs left behind. @throws {JournalUnavailableError} */
  abstract clear(): Promise<ClearedStep>;

  /** Gives a bounded part of the file's free space back to the system; true while there is more. @throws {JournalUnavailableError} */
  abstract shrink(): Promise<boolean>;
}
