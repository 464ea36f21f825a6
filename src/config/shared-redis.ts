import type { AppConfig } from './app.config.js';

/** The Redis in which the processes of a service count together. */
export interface SharedRedis {
  /** Which variable names it. */
  readonly key: 'CACHE__REDIS_URL' | 'QUEUE__URL';
  /** Secret. */
  readonly url: string;
  /** What the names in it begin with. */
  readonly prefix: string;
}

/** CACHE__REDIS_URL, else the Redis of the queue where a fleet has one; undefined where neither is there. */
export function sharedRedis({
  cache,
  execution,
  queue,
}: Pick<AppConfig, 'cache' | 'execution' | 'queue'>): SharedRedis | undefined {
  const { prefix } = queue;
  if (cache.redisUrl !== undefined) return { key: 'CACHE__REDIS_URL', url: cache.redisUrl, prefix };
  const isQueueRedis = execution.engine === 'bullmq' && queue.backend === 'redis';
  return isQueueRedis && queue.url !== undefined ? { key: 'QUEUE__URL', url: queue.url, prefix } : undefined;
}
