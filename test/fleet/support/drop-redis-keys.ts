import { Redis } from 'ioredis';
import { REDIS_URL } from '../../support/services.js';

/** Deletes every key that begins with `prefix`. */
export async function dropRedisKeys(prefix: string): Promise<void> {
  const client = new Redis(REDIS_URL);
  try {
    for await (const keys of client.scanStream({ match: `${prefix}*`, count: 1_000 })) {
      if ((keys as string[]).length > 0) await client.del(keys as string[]);
    }
  } finally {
    client.disconnect();
  }
}
