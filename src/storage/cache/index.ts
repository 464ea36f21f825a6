export { Cache } from './cache.js';
export { type CacheLimits, CacheSpace } from './cache-space.js';
