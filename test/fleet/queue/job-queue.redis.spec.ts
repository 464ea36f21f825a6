import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { type RunId, runId } from '../../../src/executor/core/index.js';
import type { JobQueue } from '../../../src/executor/engines/bullmq/queue/job-queue.js';
import { openJobQueue } from '../../../src/executor/engines/bullmq/queue/open-job-queue.js';
import { queueTimings } from '../../../src/executor/engines/bullmq/queue/queue-timings.js';
import { describeWith, REDIS_URL } from '../../support/services.js';
import { waitFor } from '../../support/wait-for.js';
import { dropRedisKeys } from '../support/drop-redis-keys.js';
import { describeJobQueue } from './job-queue.contract.js';

describeWith('Redis', REDIS_URL, 'The queue of runs in Redis', () => {
  describeJobQueue((prefix) => ({
    location: { backend: 'redis', url: REDIS_URL, prefix },
    drop: () => dropRedisKeys(prefix),
  }));

  describe('that lost one of its keys', () => {
    const prefix = `t${randomBytes(6).toString('hex')}`;
    const redis = new Redis(REDIS_URL, { lazyConnect: true });
    let jobs: JobQueue<RunId>;
    beforeAll(async () => {
      const location = { backend: 'redis', url: REDIS_URL, prefix } as const;
      jobs = await openJobQueue<RunId>(location, 'runs', queueTimings(1.5, 0.5), { failed: () => undefined });
      await jobs.open();
    });
    afterAll(async () => {
      await jobs.close();
      redis.disconnect();
      await dropRedisKeys(prefix);
    });

    it('misses the jobs that stood in it, and takes them again; one that somebody works on it does not miss', async () => {
      const [waits, works] = [runId('r_waits'), runId('r_works')];
      const taken: RunId[] = [];
      const end = Promise.withResolvers<void>();
      await jobs.add([{ id: works, place: 1 }]);
      const taker = jobs.take({
        name: 'test',
        places: 1,
        work: async (id) => {
          taken.push(id);
          await end.promise;
          return { kind: 'done' };
        },
        onLost: () => undefined,
        onRenewed: () => undefined,
        onStalled: () => undefined,
      });
      await waitFor('one to be worked on', () => Promise.resolve(taken.length === 1));
      await jobs.add([{ id: waits, place: 2 }]);
      expect(await jobs.missing([waits, works])).toEqual([]);
      await redis.del(`${prefix}:runs:prioritized`, `${prefix}:runs:active`);
      expect(await jobs.missing([waits, works])).toEqual([waits]);
      await jobs.add([{ id: waits, place: 2 }]);
      expect(await jobs.missing([waits])).toEqual([]);
      end.resolve();
      await waitFor('the other one to be taken', () => Promise.resolve(taken.includes(waits)));
      await taker.close();
    });
  });
});
