import type { JournalEntry, Namespace, RunId, RunStatus } from '../../executor/core/index.js';

/** How far a run has come. */
export interface RunPosition {
  readonly runId: RunId;
  readonly namespace: Namespace;
  readonly status: RunStatus;
  readonly lastSeq: number;
}

/** Entries of a run after `afterSeq`, up to `toSeq` with it. */
export interface RunSpan {
  readonly runId: RunId;
  readonly afterSeq: number;
  readonly toSeq: number;
}

/** Runs of all namespaces as other processes leave them in the database, for whoever follows what those do. */
export abstract class FleetRunsRepository {
  /** Of the runs that exist. @throws {JournalUnavailableError} */
  abstract positionsOf(runIds: readonly RunId[]): Promise<RunPosition[]>;

  /** Of runs that are not terminal, in an order of their own; `after` is the last of the page before. @throws {JournalUnavailableError} */
  abstract unfinished(query: { limit: number; after?: RunPosition }): Promise<RunPosition[]>;

  /** Of runs whose ids sort after a text, in that order, whatever became of them. @throws {JournalUnavailableError} */
  abstract idAfter(text: string, limit: number): Promise<RunPosition[]>;

  /** The entries about the run as a whole (`run.…`) in each of the spans, those of a run in order. @throws {JournalUnavailableError} */
  abstract runEntries(
    spans: readonly RunSpan[],
  ): Promise<readonly { readonly runId: RunId; readonly entry: JournalEntry }[]>;
}
