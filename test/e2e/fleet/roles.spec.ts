import { BuiltService } from '../../support/built-service.js';
import { BuiltFleet } from '../../support/built-fleet.js';
import { MetricValues } from '../../support/metric-values.js';
import { POSTGRES_URL, REDIS_URL, describeWith } from '../../support/services.js';
import { waitFor } from '../../support/wait-for.js';

const ECHO = { name: 'echo', nodes: [{ id: 'a', type: 'agent.echo' }], edges: [] };

describeWith('PostgreSQL', POSTGRES_URL, 'A fleet', () => {
  describeWith('Redis', REDIS_URL, 'of an api, and of two workers that one parent started', () => {
    let fleet: BuiltFleet;
    let api: BuiltService;
    let workers: BuiltService;
    beforeAll(async () => {
      fleet = await BuiltFleet.create();
      api = await fleet.start({ args: ['--role', 'api'], env: { SECURITY__RATE_LIMIT_STORE: 'redis' } });
      workers = await fleet.start({ args: ['--role=worker'], env: { WORKERS: '2' } });
    }, 180_000);
    afterAll(() => fleet.destroy());

    it('answers at the api and executes at the workers', async () => {
      const { graph_id } = await api.post<{ graph_id: string }>('/graphs', ECHO);
      const { run_id } = await api.post<{ run_id: string }>('/runs', { graph_id });
      await waitFor('the run to end', async () => {
        const { status } = await api.json<{ status: string }>(`/runs/${run_id}`);
        return status === 'SUCCESS';
      });
      await waitFor('both workers to be up', async () => {
        const metrics = new MetricValues(await (await workers.request('/metrics')).text());
        const up = metrics.labelsOf('wand_worker_up');
        return up['worker="1"'] === 1 && up['worker="2"'] === 1;
      });
      expect(new MetricValues(await (await api.request('/metrics')).text()).of('wand_runs_live')).toBe(0);
    });

    it('has no API at a worker, but its probes', async () => {
      for (const path of ['/graphs', '/runs', '/docs', '/openapi.json', '/fleet', '/']) {
        const answer = await workers.request(path);
        expect([path, answer.status, answer.headers.get('content-type')]).toEqual([
          path,
          404,
          expect.stringContaining('application/problem+json'),
        ]);
        expect(((await answer.json()) as { detail: string }).detail).toContain('this process is a worker');
      }
      for (const path of ['/health', '/health/live', '/health/ready', '/health/startup']) {
        expect([path, (await workers.request(path)).status]).toEqual([path, 200]);
      }
    });

    it('tells who belongs to it', async () => {
      const { items } = await api.json<{ items: { role: string; live_runs: number }[] }>('/fleet');
      expect(items.map(({ role }) => role).sort()).toEqual(['api', 'worker', 'worker']);
    });

    it('ends a start that cannot have a port, in one line that names it', async () => {
      const taken = new URL(api.url).port;
      const port = await BuiltService.spawn({ database: '', port: Number(taken), env: fleet.env });
      const metrics = await BuiltService.spawn({
        database: '',
        env: { ...fleet.env, MONITORING__METRICS_PORT: taken },
      });
      for (const [service, key] of [
        [port, 'PORT'],
        [metrics, 'MONITORING__METRICS_PORT'],
      ] as const) {
        expect(await service.exited()).toBe(1);
        expect(service.log).toMatch(new RegExp(`^${key}: cannot listen on port ${taken} of 127\\.0\\.0\\.1.*$`, 'm'));
        expect(service.log).not.toContain('cannot be reached');
      }
    });

    it('refuses a process with another queue: each would take the runs of the other for ones without a job', async () => {
      const env = { ...fleet.env, QUEUE__PREFIX: `${fleet.env['QUEUE__PREFIX']}-other` };
      const other = await BuiltService.spawn({ database: '', env });
      expect(await other.exited()).toBe(1);
      expect(other.log).toMatch(
        /^QUEUE__PREFIX, QUEUE__BACKEND: got "[a-z0-9-]+-other" and "redis", but processes that run /m,
      );
    });

    it('refuses an embedded process on its database', async () => {
      const alone = await fleet.start({ env: { EXECUTION__ENGINE: 'embedded' } }).catch((error: unknown) => error);
      expect(String(alone)).toMatch(/the database is in use by a fleet, of the process \d+ on /);
    });
  });
});
