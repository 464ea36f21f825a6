import type { BuiltService } from '../support/built-service.js';
import { MetricValues } from '../support/metric-values.js';
import { describeWith, POSTGRES_URL, REDIS_URL } from '../support/services.js';
import { waitFor } from '../support/wait-for.js';
import { ended, Fleet, getEvents, nodeRuns, startGraph } from './support/fleet.js';
import { poolAgents } from './support/pool-agents.js';

const BACKENDS = [
  { backend: 'redis', service: 'Redis', url: REDIS_URL },
  { backend: 'postgres', service: 'PostgreSQL', url: POSTGRES_URL },
] as const;

const late = (seconds: number): object => ({
  name: 'late',
  nodes: [{ id: 'late', type: 'agent.echo' }],
  edges: [],
  options: { expire_if_not_started_sec: seconds },
});
const held = (seconds: number): object => ({
  name: 'held',
  nodes: [{ id: 'held', type: 'agent.pool_work', params: { seconds } }],
  edges: [],
});

/** What a run is that was not started in time. */
const EXPIRED = {
  status: 'FAILED',
  error: { type: 'TimeoutError', details: { kind: 'queue' } },
  nodes: [{ status: 'SKIPPED', attempts: 0 }],
};

/** Between the moment at which a run should have ended and that at which it did, at most. */
const SLACK_MS = 3_000;

// Processes take their time to start on a machine that is busy with other things.
jest.setTimeout(180_000);

describeWith('PostgreSQL', POSTGRES_URL, 'A run of a fleet that must start in time', () => {
  for (const { backend, service, url } of BACKENDS) {
    describeWith(service, url, `with the queue in ${service}`, () => {
      const agents = poolAgents();
      let fleet: Fleet;
      let api: BuiltService;

      beforeAll(async () => {
        const env = { ...agents.env, EXECUTION__MAX_CONCURRENT_RUNS: '1', QUEUE__SWEEP_SEC: '1' };
        fleet = await Fleet.open({ database: 'postgres', backend, env });
        api = await fleet.start({ ROLE: 'api' });
      });
      afterAll(async () => {
        await fleet.close();
        agents.remove();
      });

      /** Resolves once the run has ended as it must, within the slack. */
      const expires = async (member: BuiltService, runId: string, seconds: number): Promise<void> => {
        expect(await ended(member, runId)).toMatchObject(EXPIRED);
        const events = await getEvents(member, runId);
        expect(events.map(({ type }) => type)).toEqual(['run.queued', 'node.skipped', 'run.failed']);
        const tookMs = 1_000 * ((events.at(-1)?.ts ?? 0) - (events[0]?.ts ?? 0));
        expect(tookMs).toBeGreaterThanOrEqual(1_000 * seconds);
        expect(tookMs).toBeLessThan(1_000 * seconds + SLACK_MS);
      };
      const jobsWait = async (): Promise<number> =>
        new MetricValues(await (await api.request('/metrics')).text()).of('wand_queue_jobs{state="waiting"}') ?? NaN;

      it('ends when there is no worker, and leaves no job', async () => {
        const runId = await startGraph(api, late(1));
        await waitFor('its job to wait', async () => (await jobsWait()) === 1);
        await expires(api, runId, 1);
        await waitFor('its job to be gone', async () => (await jobsWait()) === 0);
      });

      it.each(['SIGTERM', 'SIGKILL'] as const)(
        'ends in time although %s ended the process that took it',
        async (signal) => {
          const taker = await fleet.start({ ROLE: 'api' });
          const runId = await startGraph(taker, late(4));
          await taker.stop(signal);
          await expires(api, runId, 4);
        },
      );

      it('ends while all workers are busy, and they go on with others', async () => {
        const worker = await fleet.start({ ROLE: 'worker' });
        const busy = await startGraph(api, held(4));
        await nodeRuns(api, busy, 'held');
        const runId = await startGraph(api, late(1));
        const patient = await startGraph(api, late(60));
        await expires(api, runId, 1);
        expect(await ended(api, busy)).toMatchObject({ status: 'SUCCESS' });
        expect(await ended(api, patient)).toMatchObject({ status: 'SUCCESS' });
        await worker.stop('SIGTERM');
      });

      it('ends, and does not start, where a worker comes to it first after its time', async () => {
        const taker = await fleet.start({ ROLE: 'api' });
        const runId = await startGraph(taker, late(2));
        // Nobody is left who could end it in time.
        await Promise.all([taker.stop('SIGKILL'), api.stop('SIGKILL')]);
        const queuedAt = Date.now();
        await waitFor('its time to be up', () => Date.now() > queuedAt + 2_000);
        api = await fleet.start({ ROLE: 'all' });
        expect(await ended(api, runId)).toMatchObject(EXPIRED);
      });
    });
  }
});
