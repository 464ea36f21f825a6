import type { JobBuffer } from '../job-buffer.js';
import type { JobQueue, JobTaker, TakeOptions } from '../queue/job-queue.js';
import type { AttemptJobId } from './attempt-job-id.js';

/** The queue of the attempts of one pool. */
export interface PoolQueue {
  readonly jobs: JobQueue<AttemptJobId>;
  readonly buffer: JobBuffer<AttemptJobId>;
}

/** A queue that could not be prepared is tried again after so long, in milliseconds. */
const OPEN_AGAIN_MS = 1_000;

/** The queues of pools, opened when they are first used. Ask only for pools that some process works for: each costs connections. */
export class PoolQueues {
  private readonly opened = new Map<string, Promise<PoolQueue>>();
  private isClosed = false;

  constructor(private readonly open: (pool: string) => Promise<PoolQueue>) {}

  of(pool: string): Promise<PoolQueue> {
    const known = this.opened.get(pool);
    if (known !== undefined) return known;
    const queue = this.open(pool).then((made) => {
      void this.prepare(made);
      return made;
    });
    this.opened.set(pool, queue);
    return queue;
  }

  async take(pool: string, options: TakeOptions<AttemptJobId>): Promise<JobTaker> {
    return (await this.of(pool)).jobs.take(options);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    for (const queue of this.opened.values()) {
      const { buffer, jobs } = await queue;
      await buffer.close();
      await jobs.close();
    }
  }

  /** What is to be added meanwhile waits in the buffer. */
  private async prepare({ jobs }: PoolQueue): Promise<void> {
    while (!this.isClosed) {
      try {
        await jobs.open();
        return;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, OPEN_AGAIN_MS).unref());
      }
    }
  }
}
