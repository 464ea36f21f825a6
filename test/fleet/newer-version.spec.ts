import { Queue } from 'bullmq';
import pg from 'pg';
import type { BuiltService } from '../support/built-service.js';
import { MetricValues } from '../support/metric-values.js';
import { readStream } from '../support/read-stream.js';
import { describeWith, POSTGRES_URL, REDIS_URL } from '../support/services.js';
import { waitFor } from '../support/wait-for.js';
import { ended, Fleet, getEvents, startGraph } from './support/fleet.js';

const BACKENDS = [
  { backend: 'redis', service: 'Redis', url: REDIS_URL },
  { backend: 'postgres', service: 'PostgreSQL', url: POSTGRES_URL },
] as const;
const ECHO = { name: 'echo', nodes: [{ id: 'a', type: 'agent.echo' }], edges: [] };

// Processes take their time to start on a machine that is busy with other things.
jest.setTimeout(180_000);

describeWith('PostgreSQL', POSTGRES_URL, 'A process that finds what a newer version has written', () => {
  for (const { backend, service, url } of BACKENDS) {
    describeWith(service, url, `with the queue in ${service}`, () => {
      let fleet: Fleet;
      let database: pg.Client;
      let api: BuiltService;
      let worker: BuiltService;
      let strange: string;
      let enriched: string;
      let late: string;

      beforeAll(async () => {
        const env = { EXECUTION__MAX_CONCURRENT_RUNS: '1', QUEUE__SWEEP_SEC: '1' };
        fleet = await Fleet.open({ database: 'postgres', backend, env });
        database = new pg.Client({ connectionString: fleet.database.url });
        await database.connect();
        api = await fleet.start({ ROLE: 'api' });
        [strange, enriched] = [await startGraph(api, ECHO), await startGraph(api, ECHO)];
        late = await startGraph(api, { ...ECHO, options: { expire_if_not_started_sec: 1 } });
        await database.query(
          `INSERT INTO run_events (run_id, seq, ts, type, lvl, msg) SELECT run_id, 2, ts, 'run.postponed', lvl, 'postponed'
           FROM run_events WHERE run_id = ANY($1)`,
          [[strange, late]],
        );
        await database.query('UPDATE runs SET last_seq = 2 WHERE run_id = ANY($1)', [[strange, late]]);
        await database.query(
          `UPDATE run_events SET data = jsonb_set(data::jsonb || '{"shard": 7}', '{settings,lane}', '"fast"')::text
           WHERE run_id = $1`,
          [enriched],
        );
        worker = await fleet.start({ ROLE: 'worker' });
      });
      afterAll(async () => {
        await database.end();
        await fleet.close();
      });

      const jobs = async (state: string): Promise<number | undefined> =>
        new MetricValues(await (await api.request('/metrics')).text()).of(`wand_queue_jobs{state="${state}"}`);

      it('leaves a run to others with an event of a type that it does not know, and goes on with the rest', async () => {
        expect(await ended(api, await startGraph(api, ECHO))).toMatchObject({ status: 'SUCCESS' });
        await waitFor('it to say why', () =>
          worker.log.split('\n').some((line) => line.includes(strange) && line.includes('run.postponed')),
        );
        await waitFor('the job to be free', async () => (await jobs('delayed')) === 2 && (await jobs('active')) === 0);
        expect((await getEvents(api, strange)).map(({ type }) => type)).toEqual(['run.queued', 'run.postponed']);
        const stream = await api.request(`/runs/${strange}/stream`);
        const { events } = await readStream(stream, (seen) => seen.some(({ id }) => id === '2'));
        expect(events.map(({ event }) => event)).toEqual(['stream.start', 'run.queued', 'run.postponed']);
        const answer = await api.request(`/runs/${strange}`);
        expect([answer.status, await answer.json()]).toMatchObject([500, { type: '/problems/run-damaged' }]);
        expect([worker.hasExited, api.hasExited]).toEqual([false, false]);
        expect(worker.log.split('\n').filter((line) => line.includes(strange)).length).toBeLessThan(20);
      });

      it('goes on with that run when it can read it again', async () => {
        await database.query('DELETE FROM run_events WHERE run_id = $1 AND seq = 2', [strange]);
        await database.query('UPDATE runs SET last_seq = 1 WHERE run_id = $1', [strange]);
        expect(await ended(api, strange, 60_000)).toMatchObject({ status: 'SUCCESS' });
      });

      it('does not try all the time to end it in the queue', async () => {
        const tries = (): number =>
          `${api.log}\n${worker.log}`.split('\n').filter((line) => line.includes(late) && line.includes('in the queue'))
            .length;
        await waitFor('a first try', () => tries() > 0);
        const until = Date.now() + 5_000;
        await waitFor('some time to pass', () => Date.now() > until);
        // One of the process that accepted it, and one of the process that leads.
        expect(tries()).toBeLessThanOrEqual(2);
      });

      it('passes over fields that it does not know', async () => {
        expect(await ended(api, enriched)).toMatchObject({ status: 'SUCCESS' });
        expect((await getEvents(api, enriched))[0]).toMatchObject({ data: { shard: 7, settings: { lane: 'fast' } } });
      });
    });
  }

  describeWith('Redis', REDIS_URL, 'in Redis', () => {
    let fleet: Fleet;
    afterEach(() => fleet.close());

    it('takes a job with a name and data that it does not know for what its id says', async () => {
      fleet = await Fleet.open({ database: 'postgres', backend: 'redis' });
      const api = await fleet.start({ ROLE: 'api' });
      const runId = await startGraph(api, ECHO);
      const { hostname: host, port } = new URL(REDIS_URL);
      const queue = new Queue('runs', { connection: { host, port: Number(port) }, prefix: fleet.prefix });
      try {
        await waitFor('its job', async () => (await queue.getJob(runId)) !== undefined);
        await queue.remove(runId);
        await queue.add('run-of-v2', { shard: 7 }, { jobId: runId, priority: 1, attempts: 3 });
      } finally {
        await queue.close();
      }
      await fleet.start({ ROLE: 'worker' });
      expect(await ended(api, runId)).toMatchObject({ status: 'SUCCESS' });
    });
  });
});
