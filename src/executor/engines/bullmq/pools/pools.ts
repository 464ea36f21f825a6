import type { PoolAttemptRepository } from '../../../../storage/index.js';
import type { PoolFigures } from '../../run-engine.js';
import type { PoolAttempts } from './pool-attempts.js';
import type { PoolQueues } from './pool-queues.js';
import type { PoolWorker } from './pool-worker.js';

/** What a process has to do with pools. */
export class Pools implements PoolFigures {
  constructor(
    /** For the sessions of its runs. */
    readonly attempts: PoolAttempts,
    /** Absent if it makes no attempts for sessions of others. */
    readonly worker: PoolWorker | undefined,
    private readonly queues: PoolQueues,
    private readonly table: PoolAttemptRepository,
  ) {}

  get sessions(): PoolFigures['sessions'] {
    const { size, waiting } = this.attempts;
    return { waiting, running: size - waiting };
  }

  get interrupted(): number {
    return this.attempts.interrupted;
  }

  get made(): PoolFigures['made'] {
    return this.worker?.figures ?? new Map();
  }

  async waiting(): Promise<ReadonlyMap<string, number>> {
    const pools = [...this.made.keys()];
    const waiting = await Promise.all(
      pools.map(async (pool) => {
        const { waiting: jobs, delayed } = await (await this.queues.of(pool)).jobs.counts();
        return [pool, jobs + delayed] as const;
      }),
    );
    return new Map(waiting);
  }

  /** Removes attempts that nobody waits for any more. */
  async sweep(): Promise<void> {
    await this.table.sweep();
  }

  /** Call it when every session of the process has ended. */
  async close(): Promise<void> {
    await this.attempts.close();
    await this.queues.close();
  }
}
