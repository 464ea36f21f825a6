import { Injectable } from '@nestjs/common';
import { EventBus } from '../events/index.js';
import type { EpochMs, JournalEntry } from '../executor/core/index.js';
import { type FoldedRun, QueueBacklogError, RunEngine } from '../executor/index.js';
import { mentionRun } from '../observability/core/index.js';
import { QueueFullError } from './runs.errors.js';
import { type IdempotencyRecord, Journal, type NewRun } from '../storage/index.js';

export interface Launch {
  readonly run: NewRun;
  /** Its first entries. */
  readonly entries: readonly JournalEntry[];
  /** Guards the request that asks for the run. */
  readonly guard: IdempotencyRecord | undefined;
  /** When it expires should it still wait for a place then. */
  readonly startBy: EpochMs | undefined;
  /** From 0 to 9, the most urgent; 4 if undefined. */
  readonly priority: number | undefined;
  /** Folds the entries. */
  readonly fold: () => FoldedRun;
}

/** Has new runs stored and published by whoever executes them. */
@Injectable()
export class RunLauncher {
  constructor(
    private readonly journal: Journal,
    private readonly bus: EventBus,
    private readonly engine: RunEngine,
  ) {}

  /**
   * Resolves once the run is durable; the engine sees to it from then on.
   *
   * @throws {JournalBusyError | JournalUnavailableError | IdempotencyConflictError | QueueFullError} and nothing
   * was stored.
   */
  async launch(launch: Launch): Promise<void> {
    try {
      await this.handOver(launch);
    } catch (error) {
      throw error instanceof QueueBacklogError ? new QueueFullError(error) : error;
    }
  }

  private handOver({ run, entries, guard, startBy, priority, fold }: Launch): Promise<void> {
    const { runId, namespace } = run;
    return this.engine.launch({
      runId,
      namespace,
      priority,
      startBy,
      fold,
      create: async (begun) => {
        const all = begun === undefined ? entries : [...entries, ...begun.entries];
        await this.journal.create({ ...run, projection: begun?.run }, all, guard);
        mentionRun(runId);
        // Whoever lives the run publishes what it began with.
        this.bus.publish({ runId, namespace, entries });
      },
    });
  }
}
