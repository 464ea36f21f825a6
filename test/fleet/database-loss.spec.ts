import { describeWith, POSTGRES_URL } from '../support/services.js';
import { TcpGate } from '../support/tcp-gate.js';
import { waitFor } from '../support/wait-for.js';
import { ended, Fleet, getEvents, nodeRuns, startGraph, startRun } from './support/fleet.js';

/** What the configuration of a fleet promises when nothing of it is set: see decision 0019. */
const TAKEOVER_WITHIN_MS = 10_000;
/** How long everybody is without the database. */
const OUTAGE_MS = 12_000;

const ECHO = { name: 'echo', nodes: [{ id: 'a', type: 'agent.echo' }], edges: [] };
/** Longer than any test takes. */
const ENDLESS = { name: 'endless', nodes: [{ id: 'a', type: 'agent.delay', params: { seconds: 300 } }], edges: [] };
const SLOW = { name: 'slow', nodes: [{ id: 'a', type: 'agent.delay', params: { seconds: 8 } }], edges: [] };

jest.setTimeout(300_000);

describeWith('PostgreSQL', POSTGRES_URL, 'A process of a fleet that reaches the queue and not the database', () => {
  describe.each(['redis', 'postgres'] as const)('with its queue in %s', (backend) => {
    let fleet: Fleet;
    let gate: TcpGate;

    beforeEach(async () => {
      fleet = await Fleet.open({ database: 'postgres', backend, env: { QUEUE__PARK_AFTER_SEC: '600' } });
      gate = await TcpGate.open(fleet.database.url);
    });
    afterEach(async () => {
      await fleet.close();
      await gate.close();
    });

    /** One that has the gate between itself and the database, and nothing between itself and the queue. */
    const startBehindGate = () => {
      const url = new URL(fleet.database.url);
      url.port = String(gate.port);
      const queue: Record<string, string> = backend === 'postgres' ? { QUEUE__URL: fleet.database.url } : {};
      return fleet.start({ DATABASE__URL: url.href, ...queue });
    };
    const typesOf = async (member: Awaited<ReturnType<typeof startBehindGate>>, runId: string): Promise<string[]> =>
      (await getEvents(member, runId)).map(({ type }) => type);

    it.each(['cut', 'stall'] as const)('leaves its runs to others, and takes none (%s)', async (trouble) => {
      const cutOff = await startBehindGate();
      const runId = await startGraph(cutOff, ENDLESS);
      await nodeRuns(cutOff, runId, 'a');
      const other = await fleet.start();
      gate[trouble]();
      const since = performance.now();
      await waitFor('the run to be taken over', async () => (await typesOf(other, runId)).includes('run.recovered'));
      const tookMs = performance.now() - since;
      process.stderr.write(`takeover from a process without database, queue in ${backend}: ${Math.round(tookMs)} ms\n`);
      expect(tookMs).toBeLessThan(TAKEOVER_WITHIN_MS);
      const { graph_id } = await other.post<{ graph_id: string }>('/graphs', ECHO);
      const runs = await Promise.all(Array.from({ length: 20 }, () => startRun(other, graph_id)));
      for (const each of runs) expect(await ended(other, each)).toMatchObject({ status: 'SUCCESS' });
      expect((await typesOf(other, runId)).filter((type) => type === 'run.recovered')).toHaveLength(1);

      gate.mend();
      await waitFor(
        'the database to be back',
        async () => (await cutOff.request('/health/ready')).status === 200,
        60_000,
      );
      await other.request(`/runs/${runId}/cancel`, { method: 'POST' });
      expect(await ended(other, runId)).toMatchObject({ status: 'CANCELLED' });
      await other.stop('SIGTERM');
      expect(await ended(cutOff, await startRun(cutOff, graph_id))).toMatchObject({ status: 'SUCCESS' });
    });

    it('goes on by itself when all of them were without it, and nobody is charged', async () => {
      const members = [await startBehindGate(), await startBehindGate()] as const;
      const { graph_id } = await members[0].post<{ graph_id: string }>('/graphs', SLOW);
      const runs = await Promise.all(Array.from({ length: 4 }, () => startRun(members[0], graph_id)));
      for (const runId of runs) await nodeRuns(members[0], runId, 'a');
      const linesBefore = members.map(({ log }) => log.split('\n').length);
      gate.cut();
      const cutAt = performance.now();
      const arrivedBefore = gate.arrivals;
      await waitFor('both to leave their runs', () =>
        members.every(({ log }) => log.includes('runs are left to other')),
      );
      await waitFor('the outage to have lasted', () => performance.now() - cutAt > OUTAGE_MS);
      const perSecond = ((gate.arrivals - arrivedBefore) / (performance.now() - cutAt)) * 1_000;
      process.stderr.write(`connections tried by two processes without database: ${perSecond.toFixed(1)} a second\n`);
      expect(perSecond).toBeLessThan(25);
      gate.mend();
      const since = performance.now();
      for (const runId of runs) expect(await ended(members[0], runId)).toMatchObject({ status: 'SUCCESS' });
      process.stderr.write(`runs ended ${Math.round(performance.now() - since)} ms after the database was back\n`);
      for (const runId of runs) {
        const causes = (await getEvents(members[0], runId)).flatMap(({ data }) => data?.['cause'] ?? []);
        expect(causes).not.toContain('crash');
      }
      for (const [index, { log }] of members.entries())
        expect(log.split('\n').length - (linesBefore[index] ?? 0)).toBeLessThan(150);
    });
  });
});
