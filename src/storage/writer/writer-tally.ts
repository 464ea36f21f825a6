import type { Logger } from '@nestjs/common';
import { Distribution, withoutLogContext } from '../../observability/core/index.js';
import { DatabaseLostError, JournalUnavailableError, StaleWriterError } from '../storage.errors.js';
import type { WriterStats } from './storage-writer.js';
import type { Outcome } from './write-unit.js';

/** Seconds, and rows. */
const FLUSH_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const FLUSH_ROWS = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500];

/** Counts what a writer has done, and logs when writing begins to fail and when it works again. */
export class WriterTally {
  readonly flushSeconds = new Distribution(FLUSH_SECONDS);
  readonly flushRows = new Distribution(FLUSH_ROWS);
  private readonly counts = { flushes: 0, units: 0, rows: 0, failed: 0, unavailable: 0, fenced: 0 };
  private lastFailure: JournalUnavailableError | undefined;

  constructor(private readonly logger: Logger) {}

  /** Without those that wait. */
  get stats(): Omit<WriterStats, 'waiting'> {
    return { ...this.counts };
  }

  /** Why the last flush could not store anything; undefined if it could. */
  get failure(): JournalUnavailableError | undefined {
    return this.lastFailure;
  }

  /** One flush: the units in it, with what became of each. */
  count(units: readonly { readonly rows: number }[], outcomes: readonly Outcome[]): void {
    this.counts.flushes += 1;
    let failure: JournalUnavailableError | undefined;
    let rows = 0;
    for (const [index, outcome] of outcomes.entries()) {
      if (outcome.ok) {
        this.counts.units += 1;
        rows += units[index]?.rows ?? 0;
      } else {
        this.counts.failed += 1;
        if (isFenced(outcome.error)) this.counts.fenced += 1;
        if (outcome.error instanceof JournalUnavailableError) {
          this.counts.unavailable += 1;
          failure = outcome.error;
        }
      }
    }
    this.counts.rows += rows;
    if (rows > 0) this.flushRows.observe(rows);
    this.report(failure);
  }

  /** Not every flush in between. */
  report(failure: JournalUnavailableError | undefined): void {
    const before = this.lastFailure;
    this.lastFailure = failure;
    if ((failure === undefined) === (before === undefined)) return;
    // Whatever is being done by whoever came first: the flush is for all.
    withoutLogContext(() => {
      if (failure === undefined) this.logger.log('the database stores again');
      else this.logger.error(failure.message);
    });
  }
}

function isFenced(error: Error): boolean {
  return error instanceof StaleWriterError || error instanceof DatabaseLostError;
}
