import { RateLimiter } from '../../src/http/index.js';
import { API_KEY } from '../support/built-service.js';
import { given } from '../support/given.js';
import { type ApiAnswer, useApi } from '../support/use-api.js';

const stateOf = ({ headers }: ApiAnswer): (string | null)[] => [
  headers.get('ratelimit-policy'),
  headers.get('ratelimit'),
];

describe('The rate limit', () => {
  const api = useApi({
    env: {
      SECURITY__RATE_LIMIT_PER_MINUTE: '4',
      SECURITY__RATE_LIMIT_RUNS_PER_MINUTE: '2',
      SECURITY__RATE_LIMIT_READS_PER_MINUTE: '3',
      SECURITY__CORS_ORIGINS: '["https://app.example.com"]',
    },
  });

  it('counts starts of runs, reads and the rest apart, says what remains, and refuses what is too much', async () => {
    const graph_id = await given(api).graph();
    const first = await api.post('/runs', { graph_id });
    expect(first.status).toBe(202);
    expect(stateOf(first)).toEqual(['"runs";q=2;w=60', '"runs";r=1;t=60']);
    const { run_id } = (await api.post('/runs?wait=10', { graph_id })).body as { run_id: string };
    for (const path of ['/runs', `/runs/${run_id}/retry`]) {
      const refused = await api.post(path, { graph_id });
      expect(refused).toMatchObject({ status: 429, body: { type: '/problems/rate-limited' } });
      expect(refused.body).toMatchObject({
        detail: expect.stringMatching(/^the limit is 2 requests that start runs per minute: ask again in \d+ s$/),
      });
      const seconds = Number(refused.headers.get('retry-after'));
      expect(seconds).toBeGreaterThan(0);
      expect(seconds).toBeLessThanOrEqual(60);
      expect(stateOf(refused)).toEqual(['"runs";q=2;w=60', `"runs";r=0;t=${seconds}`]);
    }
    const reads = [
      await api.get('/runs'),
      await api.get(`/runs/${run_id}`),
      await api.get('/graphs'),
      await api.get('/runs'),
    ];
    expect(reads.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
    expect(reads.map((read) => stateOf(read)[1]?.split(';')[1])).toEqual(['r=2', 'r=1', 'r=0', 'r=0']);
    const writes = await Promise.all([1, 2, 3, 4].map(() => api.post('/graphs/validate', {})));
    expect(writes.map(({ status }) => status).sort()).toEqual([200, 200, 200, 429]);
  });

  it('refuses before it reads a body', async () => {
    const refused = await api.post('/graphs', undefined, { rawBody: '{"a":' });
    expect(refused.status).toBe(429);
  });

  it('counts neither probes nor the documentation', async () => {
    for (const path of ['/health', '/health/live', '/health/ready', '/docs', '/openapi.json', '/openapi.yaml']) {
      const answer = await api.fetch(path);
      expect([path, answer.status]).toEqual([path, 200]);
      expect(answer.headers.get('ratelimit')).toBeNull();
    }
  });

  it('lets pages of allowed origins ask first and read what it says', async () => {
    const origin = { Origin: 'https://app.example.com' };
    const preflight = await api.fetch('/runs', {
      method: 'OPTIONS',
      headers: { ...origin, 'Access-Control-Request-Method': 'POST' },
    });
    expect(preflight.status).toBe(204);
    const refused = await api.fetch('/runs', { headers: origin });
    expect(refused.status).toBe(429);
    expect(refused.headers.get('access-control-allow-origin')).toBe(origin.Origin);
    const exposed = refused.headers.get('access-control-expose-headers');
    for (const name of ['RateLimit', 'RateLimit-Policy', 'Retry-After']) expect(exposed).toContain(name);
  });

  it('is documented on every operation that it holds for', async () => {
    const document = (await (await api.fetch('/openapi.json')).json()) as {
      paths: Record<string, Record<string, { security?: object[]; responses: object }>>;
    };
    const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ name: `${method} ${path}`, path, operation })),
    );
    const silent = operations.filter(
      ({ path, operation }) => !path.startsWith('/health') && !('429' in operation.responses),
    );
    expect(operations.length).toBeGreaterThan(20);
    expect(silent.map(({ name }) => name)).toEqual([]);
  });

  it('tells how much it refused', () => {
    const { refused } = api.service.app.get(RateLimiter, { strict: false });
    expect(refused.runs).toBe(2);
    expect(refused.writes).toBe(2);
    expect(refused.reads).toBeGreaterThan(0);
  });
});

describe('The rate limit of a service without a key', () => {
  const api = useApi({
    env: { SECURITY__API_KEY: '', SECURITY__RATE_LIMIT_READS_PER_MINUTE: '2', SECURITY__TRUST_PROXY: '["127.0.0.1"]' },
  });
  const statuses = async (forwarded: readonly string[]): Promise<number[]> => {
    const answers: number[] = [];
    for (const address of forwarded) {
      answers.push((await api.get('/graphs', { headers: { 'X-Forwarded-For': address } })).status);
    }
    return answers;
  };

  it('counts by the address that a trusted proxy tells', async () => {
    expect(await statuses(['192.0.2.1', '192.0.2.1', '192.0.2.1', '192.0.2.2'])).toEqual([200, 200, 429, 200]);
  });

  it('believes only the last address, which the proxy itself added', async () => {
    expect(await statuses(['203.0.113.1, 192.0.2.3', '203.0.113.2, 192.0.2.3', '203.0.113.3, 192.0.2.3'])).toEqual([
      200, 200, 429,
    ]);
  });

  it('counts an address with a port, or IPv4 inside IPv6, as that address', async () => {
    expect(await statuses(['192.0.2.4:1000', '::ffff:192.0.2.4', '192.0.2.4:2000'])).toEqual([200, 200, 429]);
  });

  it('counts the IPv6 addresses of one network as one', async () => {
    expect(await statuses(['2001:db8::1', '2001:db8::2', '2001:db8::3', '2001:db8:0:1::1'])).toEqual([
      200, 200, 429, 200,
    ]);
  });

  it('counts nonsense as the address of the proxy', async () => {
    expect(await statuses(['unknown', '<script>', '"x"'])).toEqual([200, 200, 429]);
  });
});

describe('The rate limit behind a proxy that is not trusted', () => {
  const api = useApi({ env: { SECURITY__API_KEY: '', SECURITY__RATE_LIMIT_READS_PER_MINUTE: '2' } });

  it('takes no word for an address', async () => {
    const ask = (address: string) =>
      api.get('/graphs', { headers: { 'X-Forwarded-For': address, Forwarded: `for=${address}` } });
    expect((await ask('192.0.2.1')).status).toBe(200);
    expect((await ask('192.0.2.2')).status).toBe(200);
    expect((await ask('192.0.2.3')).status).toBe(429);
  });
});

describe('Failed authentications', () => {
  const api = useApi({ env: { SECURITY__AUTH_FAILURES_PER_MINUTE: '3', SECURITY__TRUST_PROXY: '1' } });
  const ask = (key: string, address: string, path = '/graphs'): Promise<ApiAnswer> =>
    api.get(path, { headers: { 'X-API-Key': key, 'X-Forwarded-For': address } });

  it('of an address are refused after a few, and then no answer tells whether a key is right', async () => {
    const guesses = [];
    for (let guess = 0; guess < 5; guess++) guesses.push(await ask(`guess-${guess}`, '192.0.2.1'));
    expect(guesses.map(({ status }) => status)).toEqual([401, 401, 401, 429, 429]);
    const wrong = guesses[4]!;
    const right = await ask(API_KEY, '192.0.2.1');
    expect(right.status).toBe(429);
    expect(wrong.body).toMatchObject({
      type: '/problems/rate-limited',
      detail: expect.stringContaining('without a valid key'),
    });
    for (const answer of [wrong, right]) {
      expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
      expect(stateOf(answer)).toEqual([
        '"authentication";q=3;w=60',
        expect.stringMatching(/^"authentication";r=0;t=\d+$/),
      ]);
    }
    expect({ ...(right.body as object), request_id: '', detail: '' }).toEqual({
      ...(wrong.body as object),
      request_id: '',
      detail: '',
    });
  });

  it('keep nobody out at another address, nor who was let in from this one before', async () => {
    expect((await ask(API_KEY, '192.0.2.2')).status).toBe(200);
    for (let guess = 0; guess < 5; guess++) await ask('guess', '192.0.2.2');
    expect((await ask('guess', '192.0.2.2')).status).toBe(429);
    expect((await ask(API_KEY, '192.0.2.2')).status).toBe(200);
    expect((await ask(API_KEY, '192.0.2.3')).status).toBe(200);
  });

  it('keep nobody from what needs no key', async () => {
    for (let guess = 0; guess < 5; guess++) await ask('guess', '192.0.2.4');
    expect((await ask('', '192.0.2.4', '/health')).status).toBe(200);
    expect((await ask('guess', '192.0.2.4', '/openapi.json')).status).toBe(200);
  });

  it('count wherever they fail, also where nothing is', async () => {
    for (let guess = 0; guess < 3; guess++) await ask('guess', '192.0.2.5', `/nowhere/${guess}`);
    expect((await ask('guess', '192.0.2.5')).status).toBe(429);
  });
});

describe('Requests without a valid key', () => {
  const api = useApi({ env: { SECURITY__RATE_LIMIT_READS_PER_MINUTE: '2' } });

  it('count against the limit of their address, where failures are not throttled too', async () => {
    const ask = () => api.get('/graphs', { headers: { 'X-API-Key': 'wrong' } });
    expect([(await ask()).status, (await ask()).status, (await ask()).status]).toEqual([401, 401, 429]);
    expect((await api.get('/graphs')).status).toBe(200);
  });
});
