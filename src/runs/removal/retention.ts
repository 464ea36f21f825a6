import { Injectable, Logger } from '@nestjs/common';
import { AppConfig } from '../../config/index.js';
import { epochMs } from '../../executor/core/index.js';
import { Clock, DatabaseClaim } from '../../executor/index.js';
import { IdempotencyRepository, RunRemovalRepository, idempotencyHorizon } from '../../storage/index.js';
import { RunSweeper } from './run-sweeper.js';

const DAY_MS = 24 * 60 * 60 * 1_000;
/** Runs that one transaction removes; they are cleared before the next one. */
const BATCH = 500;
/** Bounds of the wait for the next round. */
const MIN_WAIT_MS = 1_000;
const MAX_WAIT_MS = DAY_MS;
/** Wait after a round that failed, or that was another process's. */
const RETRY_MS = 60_000;

/**
 * Removes finished runs when they are older than DATABASE__RETENTION_DAYS, and answers kept for idempotency when they have
 * expired; of a fleet, one process does so. It sleeps until the oldest run is due, a day at most, and touches nothing in between.
 */
@Injectable()
export class Retention {
  private readonly logger = new Logger(Retention.name);
  private readonly retentionMs: number;
  private timer: NodeJS.Timeout | undefined;
  private round: Promise<void> | undefined;
  private isStopped = false;

  constructor(
    private readonly removals: RunRemovalRepository,
    private readonly idempotency: IdempotencyRepository,
    private readonly sweeper: RunSweeper,
    private readonly clock: Clock,
    private readonly claim: DatabaseClaim,
    config: AppConfig,
  ) {
    this.retentionMs = config.database.retentionDays * DAY_MS;
  }

  /** Begins; also with what an earlier process removed and did not clear. */
  start(): void {
    this.sweeper.wake();
    this.begin();
  }

  /** Resolves when nothing is under way any more. */
  async stop(): Promise<void> {
    this.isStopped = true;
    clearTimeout(this.timer);
    await this.round;
  }

  private begin(): void {
    this.round = this.run()
      .catch((error: unknown) => {
        this.logger.warn({ err: error }, `old runs could not be removed, trying again in ${RETRY_MS / 1_000} s`);
        return RETRY_MS;
      })
      .then((waitMs) => this.wait(waitMs));
  }

  private wait(ms: number): void {
    if (this.isStopped) return;
    this.timer = setTimeout(() => this.begin(), ms).unref();
  }

  /** Resolves with the milliseconds until the next round. */
  private async run(): Promise<number> {
    if (!this.claim.isSteward) return RETRY_MS;
    await this.idempotency.purge(idempotencyHorizon(this.clock.now()));
    if (this.retentionMs === 0) return MAX_WAIT_MS;
    await this.removeOld();
    const oldest = await this.removals.oldestFinish();
    // Whatever finishes from now on is due later than now by the whole time.
    const waitMs = oldest === undefined ? this.retentionMs : oldest + this.retentionMs - this.clock.now();
    return Math.min(MAX_WAIT_MS, Math.max(MIN_WAIT_MS, waitMs));
  }

  private async removeOld(): Promise<void> {
    const now = this.clock.now();
    const horizon = epochMs(now - this.retentionMs);
    let total = 0;
    let removed: number;
    do {
      removed = await this.removals.removeFinished({ horizon, at: now, limit: BATCH });
      total += removed;
      // Or else each search passes over all that were removed before it.
      if (removed > 0) await this.sweeper.sweepNow();
    } while (removed === BATCH && !this.isStopped);
    if (total > 0) this.logger.log(`removed ${total} runs that were older than DATABASE__RETENTION_DAYS`);
  }
}
