import { TextKey } from '../schema/keys.js';

/** `CACHE__…` */
export class CacheConfig {
  @TextKey('REDIS_URL', {
    maxLength: 4096,
    pattern: /^rediss?:\/\/[^\s/?#]+(?:\/\d*)?$/,
    takes: 'redis://host:6379/0, with user:password@ before the host if need be; rediss:// for TLS',
    description: 'The Redis that processes share; SECURITY__RATE_LIMIT_STORE=redis needs it.',
  })
  readonly redisUrl?: string = undefined;
}
