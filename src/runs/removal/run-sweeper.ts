import { Injectable, Logger } from '@nestjs/common';
import { RunRemovalRepository } from '../../storage/index.js';

/** Wait before a sweep that failed is tried again, in milliseconds. */
const RETRY_MS = 30_000;

/**
 * Clears what removed runs left behind, and gives the space back. `idle` until it is woken, `sweeping` until nothing is left,
 * `stopped` for good. It works in steps between which everything else goes on, so it may take its time.
 */
@Injectable()
export class RunSweeper {
  private readonly logger = new Logger(RunSweeper.name);
  private sweep: Promise<void> | undefined;
  private isWoken = false;
  private isStopped = false;
  private retry: NodeJS.Timeout | undefined;

  constructor(private readonly removals: RunRemovalRepository) {}

  /** Says that there may be something to clear. */
  wake(): void {
    this.isWoken = true;
    if (this.sweep !== undefined || this.isStopped) return;
    clearTimeout(this.retry);
    this.sweep = this.sweepAll()
      .catch((error: unknown) => this.tryLater(error))
      .finally(() => {
        this.sweep = undefined;
        // Woken between its last look and here.
        if (this.isWoken) this.wake();
      });
  }

  /** Wakes it, and resolves when nothing is left to clear, or when it has to be tried again later. */
  async sweepNow(): Promise<void> {
    this.wake();
    while (this.sweep !== undefined) await this.sweep;
  }

  /** Resolves when nothing is under way any more; what is left is found at the next start. */
  async stop(): Promise<void> {
    this.isStopped = true;
    clearTimeout(this.retry);
    await this.sweep;
  }

  private async sweepAll(): Promise<void> {
    while (this.isWoken && !this.isStopped) {
      this.isWoken = false;
      if ((await this.clearAll()) > 0) await this.shrinkAll();
    }
  }

  /** Resolves with the number of runs that were cleared. */
  private async clearAll(): Promise<number> {
    const total = { runs: 0, events: 0, artifacts: 0 };
    for (let hasMore = true; hasMore && !this.isStopped;) {
      const step = await this.removals.clear();
      total.runs += step.runs;
      total.events += step.events;
      total.artifacts += step.artifacts;
      hasMore = step.hasMore;
    }
    if (total.runs > 0) {
      const { runs, events, artifacts } = total;
      this.logger.log({ runs, events, artifacts }, `cleared ${runs} removed runs`);
    }
    return total.runs;
  }

  private async shrinkAll(): Promise<void> {
    while (!this.isStopped && (await this.removals.shrink()));
  }

  private tryLater(error: unknown): void {
    this.logger.warn({ err: error }, `removed runs could not be cleared, trying again in ${RETRY_MS / 1_000} s`);
    this.retry = setTimeout(() => this.wake(), RETRY_MS).unref();
  }
}
