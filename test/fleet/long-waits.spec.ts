import type { BuiltService } from '../support/built-service.js';
import { describeWith, POSTGRES_URL } from '../support/services.js';
import { waitFor } from '../support/wait-for.js';
import { ended, Fleet, getEvents, startGraph, startRun } from './support/fleet.js';

jest.setTimeout(300_000);

const RUNS = 100;

describeWith('PostgreSQL', POSTGRES_URL, 'A long wait', () => {
  describe.each(['redis', 'postgres'] as const)('with the queue in %s', (backend) => {
    let fleet: Fleet;
    let service: BuiltService;

    beforeAll(async () => {
      const env = { EXECUTION__MAX_CONCURRENT_RUNS: '3', QUEUE__PARK_AFTER_SEC: '1' };
      fleet = await Fleet.open({ database: 'postgres', backend, env });
      service = await fleet.start();
    });
    afterAll(() => fleet.close());

    it('takes no worker, and is no interruption', async () => {
      const nodes = [
        { id: 'one', type: 'agent.delay', params: { seconds: 25 } },
        { id: 'two', type: 'agent.delay', params: { seconds: 26 } },
      ];
      const { graph_id } = await service.post<{ graph_id: string }>('/graphs', { name: 'waits', nodes, edges: [] });
      const runs = await Promise.all(Array.from({ length: RUNS }, () => startRun(service, graph_id)));
      await waitFor('all runs to wait', async () =>
        (await (await service.request('/metrics')).text()).includes(`wand_queue_jobs{state="delayed"} ${RUNS}`),
      );
      // Three places are enough for another run to pass a hundred that wait.
      const passed = await startGraph(service, { name: 'echo', nodes: [{ id: 'a', type: 'agent.echo' }], edges: [] });
      expect(await ended(service, passed, 10_000)).toMatchObject({ status: 'SUCCESS' });
      for (const runId of runs) {
        const run = await ended(service, runId, 60_000);
        expect(run).toMatchObject({ status: 'SUCCESS', nodes: [{ attempts: 1 }, { attempts: 1 }] });
      }
      const events = await getEvents(service, runs[0] ?? '');
      expect(events.filter(({ type }) => type === 'node.interrupted')).toEqual([]);
      expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
      const at = (type: string): number => events.find((event) => event.type === type)?.ts ?? 0;
      expect(at('node.succeeded') - at('node.started')).toBeGreaterThanOrEqual(25);
    });
  });
});
