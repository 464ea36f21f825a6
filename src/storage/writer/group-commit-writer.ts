import { Logger } from '@nestjs/common';
import type { SqliteDatabase } from '../sqlite/sqlite-database.js';
import { isLocked } from '../sqlite/sqlite-failure.js';
import { JournalBusyError, JournalUnavailableError } from '../storage.errors.js';
import { BatchTransaction, failAll } from './batch-transaction.js';
import { type BufferLimits, WriteBuffer } from './write-buffer.js';
import { StorageWriter, type WriterStats } from './storage-writer.js';
import type { Outcome, WriteUnit } from './write-unit.js';
import { WriterTally } from './writer-tally.js';

/** How long a database that another process has locked is left alone before the next try. */
const LOCK_RETRY_MS = 50;

export interface WriterOptions {
  /** How long units wait for a database that another process has locked before they fail. */
  readonly lockTimeoutMs: number;
  /** From here on refusable units are refused. */
  readonly maxWaiting: BufferLimits;
  /** What is written at once at most: it bounds the time for which a flush blocks the process. */
  readonly maxFlush: BufferLimits;
}

export const DEFAULT_WRITER_LIMITS: Pick<WriterOptions, 'maxWaiting' | 'maxFlush'> = {
  maxWaiting: { units: 4_096, bytes: 64 * 1_024 * 1_024 },
  maxFlush: { units: 512, bytes: 1_024 * 1_024 },
};

/**
 * The only writer of the database. Units that come in while a flush runs, or in the same turn of the event loop, are
 * committed together; an idle writer commits a lone unit at once.
 *
 * `idle` while nothing waits; `scheduled` from the first unit on, each flush making way for the event loop before the next;
 * `locked` while another process holds the lock, until that ends or lasts too long. `closed` comes on top: what waits is
 * still written, nothing new is taken.
 */
export class GroupCommitWriter extends StorageWriter {
  private readonly tally = new WriterTally(new Logger(GroupCommitWriter.name));
  override readonly flushSeconds = this.tally.flushSeconds;
  override readonly flushRows = this.tally.flushRows;
  private readonly transaction: BatchTransaction;
  private readonly buffer = new WriteBuffer();
  private phase: 'idle' | 'scheduled' | 'locked' = 'idle';
  /** When the lock was first met; 0 unless the phase is `locked`. Monotonic milliseconds. */
  private lockedSince = 0;
  /** Set when `close` was called; resolves when nothing waits any more. */
  private drained: PromiseWithResolvers<undefined> | undefined;
  /** See `fenceWith`; lets everything through until then. */
  private fence: (() => void) | undefined;

  constructor(
    database: SqliteDatabase,
    private readonly options: WriterOptions,
  ) {
    super();
    this.transaction = new BatchTransaction(database.handle, () => this.fence?.());
  }

  /** Why the last flush could not store anything; undefined if it could. */
  get failure(): JournalUnavailableError | undefined {
    return this.tally.failure;
  }

  override get stats(): WriterStats {
    return { ...this.tally.stats, waiting: this.buffer.units };
  }

  /** True once nobody else may write: what this process has read changes by its own writes alone. */
  get isExclusive(): boolean {
    return this.fence !== undefined;
  }

  /**
   * Has `fence` run in every transaction from now on, before anything is written.
   *
   * @param fence Throws a `DatabaseLostError` once another process owns the database: all writes then fail with it.
   */
  fenceWith(fence: () => void): void {
    this.fence = fence;
  }

  /**
   * Resolves with what the unit returned, once that is durable. Units are applied in the order in which they came.
   *
   * @throws {JournalUnavailableError} if it could not be made durable: nothing was stored.
   * @throws {DatabaseLostError} if another process owns the database now: nothing was stored.
   * @throws {JournalBusyError} if the unit is refusable and too much is waiting: nothing was stored.
   * @throws whatever the unit threw: nothing was stored.
   */
  submit<Result>(unit: WriteUnit<Result>): Promise<Result> {
    if (this.drained !== undefined) return Promise.reject(new JournalUnavailableError('the database is being closed'));
    if (unit.isRefusable && this.buffer.reaches(this.options.maxWaiting)) {
      return Promise.reject(new JournalBusyError(`${this.buffer.units} writes are waiting already: try again later`));
    }
    return new Promise((resolve, reject) => {
      const settle = (outcome: Outcome): void => {
        if (outcome.ok) resolve(outcome.value as Result);
        else reject(outcome.error);
      };
      this.buffer.push({ unit, settle });
      if (this.phase === 'idle') this.schedule();
    });
  }

  /** Takes nothing new and resolves when all that waits is written or has failed. It never rejects. */
  async close(): Promise<void> {
    this.drained ??= Promise.withResolvers<undefined>();
    if (this.phase === 'idle') this.drained.resolve(undefined);
    await this.drained.promise;
  }

  private schedule(): void {
    this.phase = 'scheduled';
    setImmediate(() => this.flush());
  }

  private flush(): void {
    const batch = this.buffer.peek(this.options.maxFlush);
    const startedAt = performance.now();
    try {
      const outcomes = this.transaction.write(batch.map(({ unit }) => unit));
      this.flushSeconds.observe((performance.now() - startedAt) / 1_000);
      this.settle(outcomes);
    } catch (error) {
      if (!isLocked(error)) throw error;
      this.meetLock(error);
    }
  }

  /** Settles the oldest units, one per outcome. */
  private settle(outcomes: readonly Outcome[]): void {
    const batch = this.buffer.peek({ units: outcomes.length, bytes: Infinity });
    this.buffer.drop(outcomes.length);
    this.tally.count(
      batch.map(({ unit }) => unit),
      outcomes,
    );
    if (this.buffer.units > 0) this.schedule();
    else this.rest();
    for (const [index, outcome] of outcomes.entries()) batch[index]?.settle(outcome);
  }

  private rest(): void {
    this.phase = 'idle';
    this.drained?.resolve(undefined);
  }

  private meetLock(error: unknown): void {
    const now = performance.now();
    if (this.phase !== 'locked') this.lockedSince = now;
    this.phase = 'locked';
    if (now - this.lockedSince < this.options.lockTimeoutMs) setTimeout(() => this.flush(), LOCK_RETRY_MS);
    // All that wait have met the same lock: none of them is made to wait for it a second time.
    else this.settle(failAll(this.buffer.peek({ units: Infinity, bytes: Infinity }), error));
  }
}
