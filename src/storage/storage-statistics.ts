import type { RunStatus } from '../executor/core/index.js';

export interface StoredRuns {
  readonly status: RunStatus;
  readonly runs: number;
}

/** Port: how much the database holds. */
export abstract class StorageStatistics {
  /** Runs by status, counted within the last minute. @throws {JournalUnavailableError} */
  abstract runs(): Promise<readonly StoredRuns[]>;

  /** Events, about: those of deleted runs among newer ones may be included. @throws {JournalUnavailableError} */
  abstract events(): Promise<number>;

  /** Bytes of the database, without its write-ahead log, and those in it that hold nothing. @throws {JournalUnavailableError} */
  abstract bytes(): Promise<{ readonly total: number; readonly free: number }>;

  /** Bytes that may still be written to the disk of the database; undefined where this process cannot see that disk. */
  abstract freeDiskBytes(): Promise<number | undefined>;
}
