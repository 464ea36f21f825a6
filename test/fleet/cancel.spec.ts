import type { BuiltService } from '../support/built-service.js';
import { describeWith, MARIADB_URL, POSTGRES_URL, REDIS_URL } from '../support/services.js';
import { waitFor } from '../support/wait-for.js';
import { ended, type EventView, Fleet, getEvents, nodeRuns, startGraph, startRun } from './support/fleet.js';

const hasGaps = (events: readonly EventView[]): boolean => events.some(({ seq }, index) => seq !== index + 1);
const ECHO = { name: 'echo', nodes: [{ id: 'a', type: 'agent.echo' }], edges: [] };
const WAIT = {
  name: 'wait',
  nodes: [
    { id: 'wait', type: 'agent.delay', params: { seconds: 12 } },
    { id: 'bye', type: 'agent.echo', always_on_cancel: true, join: 'settled' },
  ],
  edges: [{ from: 'wait', to: 'bye' }],
};

const DATABASES = [
  { database: 'postgres', service: 'PostgreSQL', url: POSTGRES_URL },
  { database: 'mariadb', service: 'MariaDB', url: MARIADB_URL },
] as const;

// Processes take their time to start on a machine that is busy with other things.
jest.setTimeout(300_000);

describeWith('Redis', REDIS_URL, 'A request to cancel', () => {
  for (const { database, service, url } of DATABASES) {
    describeWith(service, url, `that comes to another process than the run's, on ${service}`, () => {
      let fleet: Fleet;
      let api: BuiltService;
      let worker: BuiltService;

      beforeAll(async () => {
        fleet = await Fleet.open({ database, backend: 'redis', env: { EXECUTION__MAX_CONCURRENT_RUNS: '50' } });
        api = await fleet.start({ ROLE: 'api' });
        worker = await fleet.start({ ROLE: 'all' });
      });
      afterAll(() => fleet.close());

      const cancel = (runId: string): Promise<Response> => api.request(`/runs/${runId}/cancel`, { method: 'POST' });

      it('ends a run whose attempts are under way, which hear of it and what must run runs', async () => {
        const runId = await startGraph(api, WAIT);
        await nodeRuns(api, runId, 'wait');
        const askedAt = Date.now();
        expect((await cancel(runId)).status).toBe(202);
        expect((await cancel(runId)).status).toBe(202);
        expect(await ended(api, runId)).toMatchObject({ status: 'CANCELLED' });
        expect(Date.now() - askedAt).toBeLessThan(4_000);
        expect((await cancel(runId)).status).toBe(200);
        const events = await getEvents(worker, runId);
        expect(hasGaps(events)).toBe(false);
        expect(events.filter(({ type }) => type === 'run.recovered')).toEqual([]);
        expect(events.find(({ type, node_id }) => type === 'node.succeeded' && node_id === 'bye')).toBeDefined();
      });

      it('is kept once it was answered, whatever the run was about to do', async () => {
        const { graph_id } = await api.post<{ graph_id: string }>('/graphs', ECHO);
        const outcomes = { 202: 0, 200: 0, 409: 0 };
        for (let round = 0; round < 6; round++) {
          const runs = await Promise.all(Array.from({ length: 10 }, () => startRun(api, graph_id)));
          await Promise.all(
            runs.map(async (runId, index) => {
              const from = performance.now() + index * 3;
              await waitFor('its moment', () => performance.now() >= from);
              const status = (await cancel(runId)).status as keyof typeof outcomes;
              outcomes[status] += 1;
              const run = await ended(api, runId);
              expect(run.status).toBe(status === 409 ? 'SUCCESS' : 'CANCELLED');
              expect(hasGaps(await getEvents(api, runId))).toBe(false);
            }),
          );
        }
        process.stderr.write(`cancel against end on ${database}: ${JSON.stringify(outcomes)}\n`);
      });

      it('ends a parked run at once', async () => {
        const nodes = [{ id: 'wait', type: 'agent.delay', params: { seconds: 600 } }];
        const runId = await startGraph(api, { name: 'parked', nodes, edges: [] });
        await nodeRuns(api, runId, 'wait');
        await waitFor('the run to be parked', async () =>
          /^wand_queue_jobs\{state="delayed"\} 1$/m.test(await (await worker.request('/metrics')).text()),
        );
        expect((await cancel(runId)).status).toBe(202);
        expect(await ended(api, runId, 5_000)).toMatchObject({ status: 'CANCELLED' });
      });
    });
  }
});
