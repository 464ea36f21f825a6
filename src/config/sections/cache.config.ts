import { ChoiceKey, FlagKey, IntegerKey, NumberKey, TextKey } from '../schema/keys.js';

const CACHE_TYPES = ['memory'] as const;

/** `CACHE__…` */
export class CacheConfig {
  @FlagKey('ENABLE_CACHE', {
    description:
      'Whether what was read from the database is kept between requests: graphs, their compiled versions and the states of ' +
      'runs. Answers are the same without it, and slower.',
  })
  readonly enableCache: boolean = true;

  @ChoiceKey('CACHE_TYPE', CACHE_TYPES, {
    takes: 'memory: this version keeps it in the process',
    description: 'Where it is kept.',
  })
  readonly cacheType: (typeof CACHE_TYPES)[number] = 'memory';

  @NumberKey('DEFAULT_TTL_SECONDS', {
    min: 1,
    max: 31_536_000,
    unit: 'seconds',
    description: 'What was not used for so long is let go.',
  })
  readonly defaultTtlSeconds: number = 3600;

  @IntegerKey('MAX_CACHE_SIZE_MB', {
    min: 1,
    max: 1_048_576,
    unit: 'megabytes',
    description:
      'How large all of it together may become, about; what was used least recently goes first, and what was used last is kept whatever its size.',
  })
  readonly maxCacheSizeMb: number = 100;

  @TextKey('REDIS_URL', {
    maxLength: 4096,
    pattern: /^rediss?:\/\/[^\s/?#]+(?:\/\d*)?$/,
    takes: 'redis://host:6379/0, with user:password@ before the host if need be; rediss:// for TLS',
    description:
      'The Redis in which processes count requests together with SECURITY__RATE_LIMIT_STORE=redis; that of QUEUE__URL when not set.',
  })
  readonly redisUrl?: string = undefined;
}
