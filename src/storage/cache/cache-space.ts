import type { OnModuleDestroy } from '@nestjs/common';
import { Cache, type CacheEntry, type CacheHost } from './cache.js';

/** What the caches of the process may keep. */
export interface CacheLimits {
  /** Otherwise nothing is kept. */
  readonly isEnabled: boolean;
  /** What was not used for so long is let go, in milliseconds. */
  readonly ttlMs: number;
  /** What all entries of all caches may weigh together, in kilobytes. */
  readonly maxWeight: number;
}

/** Room for about 100 MB, for an hour after the last use. */
export const DEFAULT_CACHE_LIMITS: CacheLimits = { isEnabled: true, ttlMs: 3_600_000, maxWeight: 102_400 };

/** The longest that a timer can wait. */
const MAX_TIMER_MS = 2_147_483_647;

/**
 * The room that the caches of the process share, for what was read from the database and need not be read again. When it is
 * full, whatever was used least recently makes room, in whichever cache it is; what was put in last stays, whatever its weight.
 */
export class CacheSpace implements CacheHost, OnModuleDestroy {
  private readonly caches: Cache<unknown, unknown>[] = [];
  private uses = 0;
  private totalWeight = 0;
  /** Runs while anything is kept. */
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly limits: CacheLimits = DEFAULT_CACHE_LIMITS,
    /** Monotonic milliseconds. */
    readonly now: () => number = () => performance.now(),
  ) {}

  get isEnabled(): boolean {
    return this.limits.isEnabled;
  }

  /** What all entries weigh, in kilobytes. */
  get weight(): number {
    return this.totalWeight;
  }

  /** One more cache in this room. */
  open<Key, Value>(): Cache<Key, Value> {
    const cache = new Cache<Key, Value>(this);
    this.caches.push(cache);
    return cache;
  }

  nextUse(): number {
    this.uses += 1;
    return this.uses;
  }

  isExpired({ usedAt }: CacheEntry<unknown>): boolean {
    return this.now() - usedAt >= this.limits.ttlMs;
  }

  added(entry: CacheEntry<unknown>): void {
    this.totalWeight += entry.weight;
    while (this.totalWeight > this.limits.maxWeight) {
      const cache = this.cacheOfOldest();
      if (cache === undefined || cache.oldest === entry) break;
      cache.dropOldest();
    }
    this.timer ??= this.sweepIn(this.limits.ttlMs);
  }

  removed({ weight }: CacheEntry<unknown>): void {
    this.totalWeight -= weight;
  }

  onModuleDestroy(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  /** Memory is given back even when nobody asks for anything any more. */
  private sweep(): void {
    let cache = this.cacheOfOldest();
    while (cache?.oldest !== undefined && this.isExpired(cache.oldest)) {
      cache.dropOldest();
      cache = this.cacheOfOldest();
    }
    const oldest = cache?.oldest;
    this.timer =
      oldest === undefined ? undefined : this.sweepIn(Math.ceil(oldest.usedAt + this.limits.ttlMs - this.now()));
  }

  private sweepIn(ms: number): NodeJS.Timeout {
    return setTimeout(() => this.sweep(), Math.min(ms, MAX_TIMER_MS)).unref();
  }

  private cacheOfOldest(): Cache<unknown, unknown> | undefined {
    let found: Cache<unknown, unknown> | undefined;
    for (const cache of this.caches) {
      if (cache.oldest !== undefined && cache.oldest.use < (found?.oldest?.use ?? Infinity)) found = cache;
    }
    return found;
  }
}
