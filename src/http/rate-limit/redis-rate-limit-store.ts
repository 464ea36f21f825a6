import { Logger } from '@nestjs/common';
import { Redis } from 'ioredis';
import type { SharedRedis } from '../../config/index.js';
import { MemoryRateLimitStore } from './memory-rate-limit-store.js';
import { WINDOW_SEC } from './policy.js';
import { type Count, RateLimitStore, type Window } from './rate-limit-store.js';

const WINDOW_MS = WINDOW_SEC * 1_000;
/** A request does not wait longer for Redis than this. */
const ANSWER_WITHIN_MS = 250;
const CONNECT_WITHIN_MS = 1_000;
/** How long Redis is left alone after it failed, so that not every request waits for it in vain. */
const PAUSE_MS = 1_000;

/**
 * Counts in Redis, together with every process that uses the same one. `shared` while Redis answers; `alone` from its
 * first failure on: then this process goes on counting from what it knew, and asks Redis again once a second. Neither state
 * lets a request fail or go uncounted. Redis is not asked about who is known to be beyond the limit, so that such requests
 * cost it nothing.
 */
export class RedisRateLimitStore extends RateLimitStore {
  private readonly logger = new Logger(RedisRateLimitStore.name);
  /** What Redis answered last, and what was counted while it did not. */
  private readonly known: MemoryRateLimitStore;
  /** When Redis may be asked again while `alone`, in monotonic milliseconds; undefined while `shared`. */
  private aloneUntil: number | undefined;
  private alone = 0;

  private constructor(
    private readonly redis: Redis,
    private readonly shared: Omit<SharedRedis, 'url'>,
  ) {
    super();
    this.known = new MemoryRateLimitStore();
    // Each failure shows in the command that it fails; a connection that cannot be had is tried again by itself.
    redis.on('error', () => undefined);
  }

  /** Connects; a Redis that does not answer is told in the log and tried again later. */
  static async open({ url, ...shared }: SharedRedis): Promise<RedisRateLimitStore> {
    const redis = new Redis(url, {
      lazyConnect: true,
      connectTimeout: CONNECT_WITHIN_MS,
      commandTimeout: ANSWER_WITHIN_MS,
      // Commands fail at once without a connection instead of waiting for one.
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      autoResendUnfulfilledCommands: false,
      disconnectTimeout: ANSWER_WITHIN_MS,
    });
    const store = new RedisRateLimitStore(redis, shared);
    await redis.connect().catch((error: unknown) => store.fallBack(error));
    return store;
  }

  get fallbacks(): number {
    return this.alone;
  }

  async hit(count: Count, limit: number): Promise<Window> {
    const known = this.known.peek(count);
    if (known !== undefined && known.used > limit) return known;
    if (!this.mayAsk()) return this.hitAlone(count);
    try {
      const window = await this.hitShared(
        `${this.shared.prefix}:rate:${count.policy}:${count.subject.kind}:${count.subject.id}`,
      );
      this.comeBack();
      this.known.learn(count, window);
      return window;
    } catch (error) {
      this.fallBack(error);
      return this.hitAlone(count);
    }
  }

  peek(count: Count): Window | undefined {
    return this.known.peek(count);
  }

  async close(): Promise<void> {
    this.redis.disconnect();
  }

  private async hitShared(key: string): Promise<Window> {
    // One round trip, and nothing that a Redis of any age could not do.
    const answers = await this.redis.multi().set(key, 0, 'PX', WINDOW_MS, 'NX').incr(key).pttl(key).exec();
    const [used, resetsInMs] = [answers?.[1]?.[1], answers?.[2]?.[1]];
    if (typeof used !== 'number' || typeof resetsInMs !== 'number') throw new Error('Redis did not count');
    if (resetsInMs >= 0) return { used, resetsInMs };
    // The window ended between two commands, which left a count that would never end.
    await this.redis.pexpire(key, WINDOW_MS);
    return { used, resetsInMs: WINDOW_MS };
  }

  /** While `alone`, true for one request per pause: the others need not wait to see whether Redis is back. */
  private mayAsk(): boolean {
    if (this.aloneUntil === undefined) return true;
    const now = performance.now();
    if (now < this.aloneUntil) return false;
    this.aloneUntil = now + PAUSE_MS;
    return true;
  }

  private hitAlone(count: Count): Window {
    this.alone += 1;
    return this.known.hit(count);
  }

  private fallBack(error: unknown): void {
    if (this.aloneUntil === undefined) {
      const reason = error instanceof Error ? error.message : String(error);
      this.logger.warn(
        `Redis (${this.shared.key}) does not count requests: this process counts alone until it does: ${reason}`,
      );
    }
    this.aloneUntil = performance.now() + PAUSE_MS;
  }

  private comeBack(): void {
    if (this.aloneUntil === undefined) return;
    this.aloneUntil = undefined;
    this.logger.log(`Redis (${this.shared.key}) counts requests again`);
  }
}
