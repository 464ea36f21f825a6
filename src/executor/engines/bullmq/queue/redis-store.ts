import { once } from 'node:events';
import { type BackendFactory, createRedisBackend, type RedisQueueBackend } from 'bullmq';
import type { Redis, RedisOptions } from 'ioredis';
import type { QueueStore } from './bullmq-job-queue.js';
import { EndableRedis } from './endable-redis.js';

/** Wait before a broken connection is made again, in milliseconds, at most. */
const RECONNECT_MS = 1_000;
const CONNECT_TIMEOUT_MS = 5_000;

/** BullMQ's queue in Redis. */
export class RedisStore implements QueueStore {
  readonly factory: BackendFactory<RedisQueueBackend> = createRedisBackend;
  private readonly client: Redis;
  private readonly clients: Redis[] = [];

  constructor(
    private readonly url: string,
    readonly prefix: string,
  ) {
    this.client = this.connection('asks');
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
    const prefix = `${this.prefix}:${queueName}:`;
    const pipeline = this.client.pipeline();
    for (const id of ids) pipeline.exists(prefix + id);
    const answers = (await pipeline.exec()) ?? [];
    return ids.filter((_, index) => {
      const [error, exists] = answers[index] ?? [];
      if (error) throw error;
      return exists === 0;
    });
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
