import type { EpochMs, GraphId, JournalEntry, Level, Namespace, RunId, RunStatus } from '../../executor/core/index.js';
import type { RunFile } from '../repositories/artifact.repository.js';
import type { IdempotencyRecord } from '../repositories/idempotency.repository.js';

/** The part of the `runs` row that follows from the journal; written in the transaction of the entries it follows from. */
export interface RunProjection {
  readonly status: RunStatus;
  /** 0 to 100. */
  readonly progress: number;
  readonly epoch: number;
  readonly startedAt: EpochMs | null;
  readonly finishedAt: EpochMs | null;
  /** JSON text of the result, the error and the per-node summary; null until the run is terminal. */
  readonly resultJson: string | null;
  readonly errorJson: string | null;
  readonly nodesJson: string | null;
}

/** The same where nothing but the progress changed, which is cheaper to store: no index holds it. */
export type RunProgress = Pick<RunProjection, 'progress'>;

/** A run that is about to exist. */
export interface NewRun {
  readonly runId: RunId;
  /** That of its graph. */
  readonly namespace: Namespace;
  readonly graphId: GraphId;
  readonly graphVersion: number;
  readonly graphName: string;
  readonly inputJson: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly createdAt: EpochMs;
  /** What follows from its first entries; a run that only waits to begin when left out. */
  readonly projection?: RunProjection | RunProgress;
  /** Of a retry. */
  readonly retry?: NewRetry;
  /** Files that the first entries refer to: stored with them or not at all. */
  readonly files?: readonly RunFile[];
}

export interface NewRetry {
  readonly retryOf: RunId;
  /** The first run of the chain of retries. */
  readonly rootRunId: RunId;
  /** Files of the retried run that are copied, by name: they belong to the new run too. */
  readonly artifacts: readonly string[];
}

export interface JournalAppend {
  readonly runId: RunId;
  /** `seq` of the last entry the writer knows of; the first new entry has `expectedSeq + 1`. */
  readonly expectedSeq: number;
  readonly entries: readonly JournalEntry[];
  /** Files that the entries refer to: stored with them or not at all. */
  readonly files?: readonly RunFile[];
  readonly run: RunProjection | RunProgress;
}

export interface JournalQuery {
  readonly afterSeq: number;
  /** At most this many, in order of `seq`. */
  readonly limit: number;
  /** Ends the page with the entry whose text fills so many characters. */
  readonly maxChars?: number;
  readonly minLevel?: Level;
  readonly nodeId?: string;
}

/** Port: the append-only record of every run. Each adapter passes `test/contract/journal.contract.ts`. */
export abstract class Journal {
  /**
   * Stores a new run with its first entries and, in the same transaction, the idempotency record that guards the request.
   *
   * @throws {IdempotencyConflictError} if the guard's key was taken meanwhile: nothing was stored.
   * @throws {RetriedRunGoneError} if a file to be copied is gone: nothing was stored.
   * @throws {JournalUnavailableError} if it could not be made durable: nothing was stored.
   * @throws {JournalBusyError} if the write buffer is full: nothing was stored.
   */
  abstract create(run: NewRun, entries: readonly JournalEntry[], guard?: IdempotencyRecord): Promise<void>;

  /**
   * Appends right after `expectedSeq`; resolves once durable.
   *
   * @throws {StaleWriterError} another session owns the run now: drop it, do not retry.
   * @throws {JournalUnavailableError} if it could not be made durable: nothing was stored.
   */
  abstract append(append: JournalAppend): Promise<void>;

  /** Entries of one run; empty for an unknown run. */
  abstract read(runId: RunId, query: JournalQuery): Promise<JournalEntry[]>;
}
