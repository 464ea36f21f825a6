import { createHash } from 'node:crypto';
import { Redis } from 'ioredis';
import { REDIS_URL } from './services.js';

type QueueBackend = 'redis' | 'postgres';

/** Where the queue of the engine is that the tests of this process run on; undefined for the embedded engine. */
const TEST_QUEUE = (globalThis as { readonly testQueue?: QueueBackend }).testQueue;

const prefixes = new Set<string>();

/** Variables that choose the engine of a service whose database is that of `file`, see `databaseUrl`. */
export function engineEnv(file: string): Readonly<Record<string, string>> {
  if (TEST_QUEUE === undefined) return {};
  const prefix = `wand_test_${createHash('sha256').update(file).digest('hex').slice(0, 16)}`;
  const queue = { EXECUTION__ENGINE: 'bullmq', QUEUE__BACKEND: TEST_QUEUE, QUEUE__PREFIX: prefix };
  // In PostgreSQL it is a schema of the same database.
  if (TEST_QUEUE === 'postgres') return queue;
  prefixes.add(prefix);
  return { ...queue, QUEUE__URL: REDIS_URL };
}

/** Drops what the queues of this process have left in Redis. */
export async function dropQueues(): Promise<void> {
  if (prefixes.size === 0) return;
  const client = new Redis(REDIS_URL, { disconnectTimeout: 1 });
  for (const prefix of prefixes) {
    const keys = await client.keys(`${prefix}*`);
    if (keys.length > 0) await client.del(keys);
  }
  prefixes.clear();
  await client.quit();
}
