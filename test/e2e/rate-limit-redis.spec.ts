import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { RateLimiter } from '../../src/http/index.js';
import { REDIS_URL, describeWith } from '../support/services.js';
import { TcpGate } from '../support/tcp-gate.js';
import { type Api, useApi } from '../support/use-api.js';
import { waitFor } from '../support/wait-for.js';

/** A database that no other suite uses. */
const DATABASE = 11;
const LIMIT = 4;

const redisEnv = (url: string): Record<string, string> => ({
  SECURITY__RATE_LIMIT_STORE: 'redis',
  SECURITY__RATE_LIMIT_READS_PER_MINUTE: String(LIMIT),
  SECURITY__AUTH_FAILURES_PER_MINUTE: '3',
  SECURITY__TRUST_PROXY: '1',
  CACHE__REDIS_URL: url,
});

describeWith('Redis', REDIS_URL, 'The rate limit in Redis', () => {
  const url = new URL(`/${DATABASE}`, REDIS_URL).href;
  const redis = new Redis(url, { lazyConnect: true });

  beforeAll(() => redis.connect());
  beforeEach(() => redis.flushdb());
  afterAll(async () => {
    await redis.flushdb();
    redis.disconnect();
  });

  describe('of two services', () => {
    // A key of its own, so that nobody who uses the same Redis counts with us.
    const key = randomUUID();
    const [first, second] = [0, 1].map(() => useApi({ env: { ...redisEnv(url), SECURITY__API_KEY: key } })) as [
      Api,
      Api,
    ];
    const read = (api: Api, headers = {}) => api.get('/graphs', { headers: { 'X-API-Key': key, ...headers } });

    it('ends for both when Redis says so', async () => {
      expect((await read(first)).status).toBe(200);
      const [counted] = await redis.keys('wand:rate:reads:caller:*');
      await redis.pexpire(counted!, 1_500);
      for (let request = 1; request < LIMIT; request++) expect((await read(second)).status).toBe(200);
      const refused = await read(second);
      expect(refused.status).toBe(429);
      expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(2);
      await waitFor('a new window', async () => (await read(second)).status === 200);
    });

    it('is one', async () => {
      const answers = [];
      for (const api of [first, second, first, second, first, second]) answers.push(await read(api));
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 429, 429]);
      expect(answers.map(({ headers }) => headers.get('ratelimit')?.split(';')[1])).toEqual([
        'r=3',
        'r=2',
        'r=1',
        'r=0',
        'r=0',
        'r=0',
      ]);
      const [counted] = await redis.keys('wand:rate:reads:caller:*');
      expect(counted).not.toContain(key);
      expect(await redis.pttl(counted!)).toBeGreaterThan(50_000);
    });

    it('counts failed authentications for both', async () => {
      const guess = (api: Api) => read(api, { 'X-API-Key': 'guess', 'X-Forwarded-For': '192.0.2.9' });
      const answers = [];
      for (const api of [first, second, first, second, first]) answers.push((await guess(api)).status);
      expect(answers).toEqual([401, 401, 401, 429, 429]);
    });
  });

  describe('that dies', () => {
    let gate: TcpGate;
    const env: Record<string, string> = {};
    beforeAll(async () => {
      gate = await TcpGate.open(url);
      Object.assign(env, redisEnv(`redis://127.0.0.1:${gate.port}/${DATABASE}`));
    });
    const api = useApi({ env });
    afterAll(() => gate.close());

    const read = async () => (await api.get('/graphs')).status;
    const ask = (address: string) =>
      api.fetch('/graphs', { headers: { 'X-API-Key': 'guess', 'X-Forwarded-For': address } });
    const fallbacks = (): number => api.service.app.get(RateLimiter, { strict: false }).fallbacks;

    it('fails no request and turns no limit off, and counts again when it is back', async () => {
      expect([await read(), await read()]).toEqual([200, 200]);
      expect(fallbacks()).toBe(0);
      gate.cut();
      // The process goes on from what it knew.
      expect([await read(), await read(), await read()]).toEqual([200, 200, 429]);
      expect(fallbacks()).toBe(3);
      gate.mend();
      let asked = 0;
      await waitFor('Redis to be asked again', async () => {
        asked += 1;
        await ask(`10.0.${asked >> 8}.${asked & 255}`);
        return (await redis.keys('wand:rate:authentication:address:10.0.*')).length > 0;
      });
    });

    it('holds no request up for long when it does not answer, and the next one not at all', async () => {
      expect((await ask('192.0.2.11')).status).toBe(401);
      const before = fallbacks();
      gate.stall();
      const startedAt = performance.now();
      expect((await ask('192.0.2.11')).status).toBe(401);
      expect(performance.now() - startedAt).toBeLessThan(2_000);
      expect(fallbacks()).toBe(before + 2);
      gate.mend();
    });
  });

  describe('that is not there when the service starts', () => {
    const api = useApi({ env: redisEnv('redis://127.0.0.1:1') });

    it('keeps no service from starting, nor from counting', async () => {
      const statuses = [];
      for (let request = 0; request <= LIMIT; request++) statuses.push((await api.get('/graphs')).status);
      expect(statuses).toEqual([200, 200, 200, 200, 429]);
    });
  });
});
