import { BullmqRunJobs, type QueueListener } from './bullmq-run-jobs.js';
import type { QueueTimings } from './queue-timings.js';
import type { RunJobs } from './run-jobs.js';

/** The queue of the runs among those that begin with the same prefix. */
const QUEUE_NAME = 'runs';

export interface QueueLocation {
  readonly backend: 'redis' | 'postgres';
  readonly url: string;
  readonly prefix: string;
}

/** The queue of the runs at a location; loads the driver that it takes, and no other. */
export async function openRunJobs(
  { backend, url, prefix }: QueueLocation,
  timings: QueueTimings,
  listener: QueueListener,
): Promise<RunJobs> {
  if (backend === 'redis') {
    const { RedisStore } = await import('./redis-store.js');
    return new BullmqRunJobs(new RedisStore(url, prefix), QUEUE_NAME, timings, listener);
  }
  const { PostgresStore, schemaOf } = await import('./postgres-store.js');
  return new BullmqRunJobs(new PostgresStore(url, schemaOf(prefix)), QUEUE_NAME, timings, listener);
}
