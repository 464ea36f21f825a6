import { BullmqJobQueue, type QueueListener } from './bullmq-job-queue.js';
import type { QueueTimings } from './queue-timings.js';
import type { JobQueue } from './job-queue.js';

export interface QueueLocation {
  readonly backend: 'redis' | 'postgres';
  readonly url: string;
  readonly prefix: string;
}

/**
 * A queue at a location; loads the driver that it takes, and no other.
 *
 * @param name Tells it from the others of the same prefix.
 */
export async function openJobQueue<Id extends string>(
  { backend, url, prefix }: QueueLocation,
  name: string,
  timings: QueueTimings,
  listener: QueueListener,
): Promise<JobQueue<Id>> {
  if (backend === 'redis') {
    const { RedisStore } = await import('./redis-store.js');
    return new BullmqJobQueue(new RedisStore(url, prefix), name, timings, listener);
  }
  const { PostgresStore, schemaOf } = await import('./postgres-store.js');
  return new BullmqJobQueue(new PostgresStore(url, schemaOf(prefix)), name, timings, listener);
}
