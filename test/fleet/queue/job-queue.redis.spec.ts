import { describeWith, REDIS_URL } from '../../support/services.js';
import { describeJobQueue } from './job-queue.contract.js';
import { dropRedisKeys } from '../support/drop-redis-keys.js';

describeWith('Redis', REDIS_URL, 'The queue of runs in Redis', () => {
  describeJobQueue((prefix) => ({
    location: { backend: 'redis', url: REDIS_URL, prefix },
    drop: () => dropRedisKeys(prefix),
  }));
});
