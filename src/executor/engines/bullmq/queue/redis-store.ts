import { once } from 'node:events';
import { type BackendFactory, createRedisBackend, type RedisQueueBackend } from 'bullmq';
import type { Redis, RedisOptions } from 'ioredis';
import type { QueueStore } from './bullmq-job-queue.js';
import { EndableRedis } from './endable-redis.js';

/** Wait before a broken connection is made again, in milliseconds, at most. */
const RECONNECT_MS = 1_000;
const CONNECT_TIMEOUT_MS = 5_000;

/**
 * Which jobs are not there. A job is a key of its own and a place in one of the lists: where a list was lost, by an eviction say, the
 * key alone would keep the job from being added again, for ever. So what has neither a place nor a worker is removed.
 */
const FIND_MISSING = `
local base = ARGV[1]
local listed = {}
for _, list in ipairs({'active', 'wait', 'paused'}) do
  for _, id in ipairs(redis.call('LRANGE', base .. list, 0, -1)) do listed[id] = true end
end
local missing = {}
for i = 2, #ARGV do
  local id = ARGV[i]
  local hasKey = redis.call('EXISTS', base .. id) == 1
  local hasPlace = listed[id] or redis.call('ZSCORE', base .. 'prioritized', id) or redis.call('ZSCORE', base .. 'delayed', id)
  if not hasKey then
    missing[#missing + 1] = id
  elseif not hasPlace and redis.call('EXISTS', base .. id .. ':lock') == 0 then
    redis.call('DEL', base .. id)
    missing[#missing + 1] = id
  end
end
return missing`;

/** BullMQ's queue in Redis. */
export class RedisStore implements QueueStore {
  readonly factory: BackendFactory<RedisQueueBackend> = createRedisBackend;
  private readonly client: Redis;
  private readonly clients: Redis[] = [];
  trouble: Error | undefined;

  constructor(
    private readonly url: string,
    readonly prefix: string,
  ) {
    this.client = this.connection('asks');
    this.client.on('error', (error: Error) => (this.trouble = error));
    this.client.on('ready', () => (this.trouble = undefined));
  }

  readonly connection = (purpose: 'asks' | 'waits'): Redis =>
    this.connect(
      purpose === 'waits' ? { maxRetriesPerRequest: null } : { maxRetriesPerRequest: 1, enableOfflineQueue: false },
    );

  async prepare(): Promise<void> {
    // It goes on trying by itself; why it could not is known at its first error.
    if (this.client.status !== 'ready') await once(this.client, 'ready');
  }

  async warnings(): Promise<string[]> {
    const info = await this.client.info('memory');
    const policy = /^maxmemory_policy:(\S+)/m.exec(info)?.[1];
    if (policy === undefined || policy === 'noeviction') return [];
    return [
      `the Redis of QUEUE__URL has the maxmemory-policy ${policy} and may throw jobs away: set it to noeviction (what it ` +
        'throws away is found in the database and queued again, but late)',
    ];
  }

  async missing(queueName: string, ids: readonly string[]): Promise<string[]> {
    return (await this.client.eval(FIND_MISSING, 0, `${this.prefix}:${queueName}:`, ...ids)) as string[];
  }

  async ping(): Promise<void> {
    await this.client.ping();
  }

  close(): Promise<void> {
    for (const client of this.clients) client.disconnect();
    return Promise.resolve();
  }

  private connect(options: RedisOptions): Redis {
    return new EndableRedis(
      this.url,
      {
        ...options,
        connectTimeout: CONNECT_TIMEOUT_MS,
        retryStrategy: (times) => Math.min(times * 100, RECONNECT_MS),
      },
      (client) => this.clients.push(client),
    );
  }
}
