import { randomUUID } from 'node:crypto';
import { API_KEY, type BuiltService } from '../support/built-service.js';
import { freePort } from '../support/free-port.js';
import { MetricValues } from '../support/metric-values.js';
import { describeWith, POSTGRES_URL, REDIS_URL } from '../support/services.js';
import { dropRedisKeys } from './support/drop-redis-keys.js';
import { ended, Fleet, getEvents, nodeRuns, startGraph } from './support/fleet.js';
import { poolAgents } from './support/pool-agents.js';

const BACKENDS = [
  { backend: 'redis', service: 'Redis', url: REDIS_URL },
  { backend: 'postgres', service: 'PostgreSQL', url: POSTGRES_URL },
] as const;
/** Requests that start runs, per key. */
const LIMIT = 12;

/** Tells in which process it ran. */
const WORK = {
  name: 'work',
  nodes: [
    { id: 'one', type: 'agent.pool_work', params: { says: true, files: true, seconds: 0.2 } },
    { id: 'two', type: 'agent.pool_work' },
  ],
  edges: [{ from: 'one', to: 'two' }],
};
const LONG = { name: 'long', nodes: [{ id: 'wait', type: 'agent.pool_work', params: { seconds: 60 } }], edges: [] };

interface WholeRun {
  readonly run_id: string;
  readonly status: string;
  readonly result: { readonly outputs: Readonly<Record<string, { readonly pid: number }>> };
}

// Processes take their time to start on a machine that is busy with other things.
jest.setTimeout(180_000);

describeWith('PostgreSQL', POSTGRES_URL, 'Two processes that answer and one that executes', () => {
  for (const { backend, service, url } of BACKENDS) {
    describeWith(service, url, `with the queue in ${service}`, () => {
      const agents = poolAgents();
      let fleet: Fleet;
      let first: BuiltService;
      let second: BuiltService;
      let worker: BuiltService;
      let metricsUrl: string;
      let ratePrefix: string;

      beforeAll(async () => {
        const env = {
          ...agents.env,
          SECURITY__RATE_LIMIT_STORE: 'redis',
          SECURITY__RATE_LIMIT_RUNS_PER_MINUTE: String(LIMIT),
          CACHE__REDIS_URL: REDIS_URL,
        };
        fleet = await Fleet.open({ database: 'postgres', backend, env });
        ratePrefix = `${fleet.prefix}:rate`;
        const metricsPort = await freePort();
        metricsUrl = `http://127.0.0.1:${metricsPort}`;
        [first, second, worker] = await Promise.all([
          fleet.start({ ROLE: 'api' }),
          fleet.start({ ROLE: 'api' }),
          fleet.start({ ROLE: 'worker', MONITORING__METRICS_PORT: String(metricsPort) }),
        ]);
      });
      afterAll(async () => {
        await fleet.close();
        await dropRedisKeys(ratePrefix);
        agents.remove();
      });

      const graphOf = async (graph: object): Promise<string> =>
        (await first.post<{ graph_id: string }>('/graphs', graph)).graph_id;
      const start = (api: BuiltService, body: object, headers: Readonly<Record<string, string>>, query = '') =>
        api.request(`/runs${query}`, { method: 'POST', body: JSON.stringify(body), headers });

      it('execute at the worker alone, and tell the same of it at both', async () => {
        const graph_id = await graphOf(WORK);
        const [one, two] = await Promise.all(
          [first, second].map((api) => api.post<WholeRun>('/runs?wait=30', { graph_id })),
        );
        for (const run of [one, two]) {
          expect(run).toMatchObject({ status: 'SUCCESS', result: { outputs: { one: { pid: worker.pid } } } });
          const paths = ['', '/logs?limit=1000', '/explain?node=two', '/artifacts'].map(
            (path) => `/runs/${run?.run_id}${path}`,
          );
          for (const path of paths) {
            expect([path, await first.json(path)]).toEqual([path, await second.json(path)]);
          }
          const { items } = await first.json<{ items: { url: string }[] }>(`/runs/${run?.run_id}/artifacts`);
          expect(items).toHaveLength(1);
          for (const api of [first, second]) {
            expect(await (await api.request(items[0]?.url ?? '')).text()).toBe(`made by ${worker.pid}`);
          }
        }
        for (const api of [first, second]) {
          const metrics = new MetricValues(await (await api.request('/metrics')).text());
          expect(metrics.of('wand_runs_live')).toBe(0);
        }
      });

      it('start one run for one Idempotency-Key, whichever is asked, and wait for its end at both', async () => {
        const graph_id = await graphOf(WORK);
        const key = { 'Idempotency-Key': randomUUID() };
        const answers = await Promise.all([first, second, first, second].map((api) => start(api, { graph_id }, key)));
        for (const { status, headers } of answers) {
          expect([202, 409]).toContain(status);
          if (status === 409) expect(Number(headers.get('Retry-After'))).toBeGreaterThan(0);
        }
        const ids = new Set<string>();
        for (const api of [first, second]) {
          const again = await start(api, { graph_id }, key, '?wait=30');
          expect([again.status, again.headers.get('Idempotency-Replayed')]).toEqual([200, 'true']);
          const run = (await again.json()) as WholeRun;
          expect(run.status).toBe('SUCCESS');
          ids.add(run.run_id);
        }
        const { items } = await second.json<{ items: { run_id: string }[] }>(`/runs?graph_id=${graph_id}`);
        expect(items.map(({ run_id }) => run_id)).toEqual([...ids]);
        for (const api of [first, second]) {
          const other = await start(api, { graph_id, labels: { other: 'body' } }, key);
          expect([other.status, await other.json()]).toMatchObject([422, { type: '/problems/idempotency-mismatch' }]);
        }
      });

      it('cancel a run that the worker executes and the other has accepted', async () => {
        const runId = await startGraph(first, LONG);
        await nodeRuns(second, runId, 'wait');
        expect((await second.request(`/runs/${runId}/cancel`, { method: 'POST' })).status).toBe(202);
        expect(await ended(first, runId, 10_000)).toMatchObject({
          status: 'CANCELLED',
          nodes: [{ status: 'CANCELLED' }],
        });
        const types = (await getEvents(second, runId)).map(({ type }) => type);
        expect(types).not.toContain('run.recovered');
        expect(types.at(-1)).toBe('run.cancelled');
      });

      it('start nothing at the worker, which has its probes and its metrics alone', async () => {
        const graph_id = await graphOf(WORK);
        for (const [method, path] of [
          ['POST', '/runs'],
          ['POST', '/graphs'],
          ['PATCH', '/config'],
          ['GET', '/metrics'],
          ['DELETE', `/graphs/${graph_id}`],
        ] as const) {
          const answer = await worker.request(path, { method, ...(method === 'GET' ? {} : { body: '{}' }) });
          expect([method, path, answer.status]).toEqual([method, path, 404]);
          expect(await answer.json()).toMatchObject({ type: '/problems/not-found' });
        }
        const metrics = await fetch(`${metricsUrl}/metrics`);
        expect(metrics.status).toBe(200);
        expect(new MetricValues(await metrics.text()).of('wand_runs_live')).toBe(0);
        expect((await fetch(`${metricsUrl}/runs`, { headers: { 'X-API-Key': API_KEY } })).status).toBe(404);
      });

      it('count the requests of a client together', async () => {
        const graph_id = await graphOf({ name: 'echo', nodes: [{ id: 'a', type: 'agent.echo' }], edges: [] });
        const { key } = await first.post<{ key: string }>('/api-keys', {
          name: 'busy',
          scopes: ['runs:read', 'runs:write'],
        });
        const headers = { 'X-API-Key': key };
        const remaining: (string | null)[] = [];
        for (let request = 0; request < LIMIT; request++) {
          const answer = await start(first, { graph_id }, headers);
          expect(answer.status).toBe(202);
          remaining.push(answer.headers.get('RateLimit')?.split(';')[1] ?? null);
        }
        expect(remaining.at(-1)).toBe('r=0');

        const refused = await start(second, { graph_id }, headers);
        expect(refused.status).toBe(429);
        expect(refused.headers.get('RateLimit-Policy')).toBe(`"runs";q=${LIMIT};w=60`);
        expect(refused.headers.get('RateLimit')).toMatch(/^"runs";r=0;t=\d+$/);
        const retryAfter = Number(refused.headers.get('Retry-After'));
        expect(retryAfter).toBeGreaterThan(0);
        expect(retryAfter).toBeLessThanOrEqual(60);
        expect(await refused.json()).toMatchObject({ type: '/problems/rate-limited', status: 429 });
        // Neither what it may read nor other clients are concerned.
        expect((await second.request('/runs', { headers })).status).toBe(200);
        expect((await start(second, { graph_id }, {})).status).toBe(202);
        const metrics = new MetricValues(await (await second.request('/metrics')).text());
        expect(metrics.of('wand_rate_limit_refusals_total{policy="runs"}')).toBe(1);
      });
    });
  }
});
