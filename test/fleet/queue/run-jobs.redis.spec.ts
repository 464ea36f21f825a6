import { describeWith, REDIS_URL } from '../../support/services.js';
import { describeRunJobs } from './run-jobs.contract.js';
import { dropRedisKeys } from '../support/drop-redis-keys.js';

describeWith('Redis', REDIS_URL, 'The queue of runs in Redis', () => {
  describeRunJobs((prefix) => ({
    location: { backend: 'redis', url: REDIS_URL, prefix },
    drop: () => dropRedisKeys(prefix),
  }));
});
