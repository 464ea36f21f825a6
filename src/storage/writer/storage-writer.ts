import type { Distribution } from '../../observability/core/index.js';

/** What a writer has done so far. */
export interface WriterStats {
  /** Transactions, the failed ones included. */
  readonly flushes: number;
  /** Units and rows that were stored. */
  readonly units: number;
  readonly rows: number;
  /** Units that were not stored, whatever the reason; those that were not taken because much waits are not counted. */
  readonly failed: number;
  /** Those of the failed units that the database could not store, on a full disk say. */
  readonly unavailable: number;
  /** Those of the failed units that were refused because somebody else owns the run or the database now. */
  readonly fenced: number;
  /** Units that wait now. */
  readonly waiting: number;
}

/** Port: what can be seen of how the database is written. */
export abstract class StorageWriter {
  abstract readonly stats: WriterStats;
  /** How long transactions took, the wait for the disk included, in seconds. */
  abstract readonly flushSeconds: Distribution;
  /** How many rows each of them stored, about. */
  abstract readonly flushRows: Distribution;
}
