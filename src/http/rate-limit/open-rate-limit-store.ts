import { type AppConfig, sharedRedis } from '../../config/index.js';
import { MemoryRateLimitStore } from './memory-rate-limit-store.js';
import type { RateLimitStore } from './rate-limit-store.js';

/** The store that the configuration names. */
export async function openRateLimitStore(
  config: Pick<AppConfig, 'cache' | 'execution' | 'queue' | 'security'>,
): Promise<RateLimitStore> {
  const redis = config.security.rateLimitStore === 'redis' ? sharedRedis(config) : undefined;
  if (redis === undefined) return new MemoryRateLimitStore();
  // Imported where it is used: a service that counts in memory should not hold a client of Redis.
  const { RedisRateLimitStore } = await import('./redis-rate-limit-store.js');
  return RedisRateLimitStore.open(redis);
}
