import { Logger } from '@nestjs/common';
import type { JournalStore } from '../journal/journal-store.js';
import { JournalBusyError, JournalUnavailableError } from '../storage.errors.js';
import type { JournalUnit } from './journal-unit.js';
import { StorageWriter, type WriterStats } from './storage-writer.js';
import { type QueuedUnit, UnitQueue } from './unit-queue.js';
import type { BufferLimits } from './write-buffer.js';
import type { Outcome } from './write-unit.js';
import { WriterTally } from './writer-tally.js';

export interface ServerWriterOptions {
  /** From here on refusable units are refused. */
  readonly maxWaiting: BufferLimits;
  /** What is written at once at most. */
  readonly maxFlush: BufferLimits;
  /** Flushes that are under way at a time, each on a connection of its own. */
  readonly maxFlushes: number;
}

export const SERVER_WRITER_LIMITS: ServerWriterOptions = {
  maxWaiting: { units: 4_096, bytes: 64 * 1_024 * 1_024 },
  maxFlush: { units: 512, bytes: 1_024 * 1_024 },
  maxFlushes: 1,
};

/**
 * Writes the journal to a server. Units that come in while a flush is under way, or in the same turn of the event loop, are
 * committed together; an idle writer commits a lone unit at once.
 */
export class ServerCommitWriter extends StorageWriter {
  private readonly tally = new WriterTally(new Logger(ServerCommitWriter.name));
  override readonly flushSeconds = this.tally.flushSeconds;
  override readonly flushRows = this.tally.flushRows;
  private readonly queue = new UnitQueue();
  private flushes = 0;
  private isScheduled = false;
  /** Set when `close` was called; resolves when nothing waits or is under way any more. */
  private drained: PromiseWithResolvers<undefined> | undefined;

  constructor(
    private readonly store: JournalStore,
    private readonly options: ServerWriterOptions = SERVER_WRITER_LIMITS,
  ) {
    super();
  }

  /** Why the last flush could not store anything; undefined if it could. */
  get failure(): JournalUnavailableError | undefined {
    return this.tally.failure;
  }

  override get stats(): WriterStats {
    return { ...this.tally.stats, waiting: this.queue.units };
  }

  /**
   * Resolves once the unit is durable. Units of one run are written in the order in which they came.
   *
   * @throws {JournalUnavailableError} if it could not be made durable: nothing was stored.
   * @throws {DatabaseLostError} if another process owns the database now: nothing was stored.
   * @throws {JournalBusyError} if the unit creates a run and too much is waiting: nothing was stored.
   * @throws whatever `JournalStore` finds against the unit: nothing was stored.
   */
  submit(unit: JournalUnit): Promise<void> {
    if (this.drained !== undefined) return Promise.reject(new JournalUnavailableError('the database is being closed'));
    if (unit.kind === 'create' && this.queue.reaches(this.options.maxWaiting)) {
      return Promise.reject(new JournalBusyError(`${this.queue.units} writes are waiting already: try again later`));
    }
    return new Promise((resolve, reject) => {
      const settle = (outcome: Outcome): void => {
        if (outcome.ok) resolve();
        else reject(outcome.error);
      };
      this.queue.push({ unit, settle });
      this.schedule();
    });
  }

  /** Tells that somebody has written to the server: the last failure is over. */
  recover(): void {
    this.tally.report(undefined);
  }

  /** Takes nothing new and resolves when all that waits is written or has failed. It never rejects. */
  async close(): Promise<void> {
    this.drained ??= Promise.withResolvers<undefined>();
    this.rest();
    await this.drained.promise;
  }

  private schedule(): void {
    if (this.isScheduled || this.flushes >= this.options.maxFlushes) return;
    this.isScheduled = true;
    setImmediate(() => {
      this.isScheduled = false;
      const taken = this.queue.take(this.options.maxFlush);
      if (taken.length > 0) void this.flush(taken);
    });
  }

  private async flush(taken: readonly QueuedUnit[]): Promise<void> {
    this.flushes += 1;
    const units = taken.map(({ unit }) => unit);
    const startedAt = performance.now();
    const outcomes = await this.store.write(units);
    this.flushSeconds.observe((performance.now() - startedAt) / 1_000);
    this.flushes -= 1;
    this.queue.done(taken);
    this.tally.count(units, outcomes);
    if (this.queue.units > 0) this.schedule();
    else this.rest();
    for (const [index, outcome] of outcomes.entries()) taken[index]?.settle(outcome);
  }

  private rest(): void {
    if (this.queue.units === 0 && this.flushes === 0) this.drained?.resolve(undefined);
  }
}
