import { loadConfig } from './load-config.js';
import { sharedRedis } from './shared-redis.js';

const redisOf = (env: Readonly<Record<string, string>>) =>
  sharedRedis(loadConfig({ env, cwd: '/nowhere', packageRoot: '/nowhere' }).config);

const FLEET = {
  EXECUTION__ENGINE: 'bullmq',
  DATABASE__URL: 'postgres://db/wand',
  QUEUE__URL: 'redis://queue:6379/1',
  QUEUE__PREFIX: 'ours',
};

describe('The Redis in which processes count together', () => {
  it('is that of CACHE__REDIS_URL before that of the queue', () => {
    expect(redisOf({ ...FLEET, CACHE__REDIS_URL: 'redis://cache:6379' })).toEqual({
      key: 'CACHE__REDIS_URL',
      url: 'redis://cache:6379',
      prefix: 'ours',
    });
    expect(redisOf(FLEET)).toEqual({ key: 'QUEUE__URL', url: 'redis://queue:6379/1', prefix: 'ours' });
  });

  it('is none where the queue is no Redis, or nobody uses the queue', () => {
    expect(redisOf({ ...FLEET, QUEUE__BACKEND: 'postgres', QUEUE__URL: 'postgres://db/queue' })).toBeUndefined();
    expect(redisOf({ QUEUE__URL: 'redis://queue:6379' })).toBeUndefined();
  });
});
