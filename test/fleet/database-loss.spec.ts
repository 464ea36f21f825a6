import { describeWith, POSTGRES_URL } from '../support/services.js';
import { TcpGate } from '../support/tcp-gate.js';
import { waitFor } from '../support/wait-for.js';
import { ended, Fleet, getEvents, nodeRuns, startGraph, startRun } from './support/fleet.js';

/** What the configuration of a fleet promises when nothing of it is set: see decision 0019. */
const TAKEOVER_WITHIN_MS = 10_000;
/** How long everybody is without the database. */
const OUTAGE_MS = 12_000;
/** What a process logs that is cut off. */
const LEFT = 'runs that need it are left to other processes';

const ECHO = { name: 'echo', nodes: [{ id: 'a', type: 'agent.echo' }], edges: [] };
/** Has something to write about once a second, for longer than any test takes. */
const STEPS = { name: 'steps', ...chain(120, 1) };
/** Longer than the outage of a test. */
const LONG = { name: 'long', ...chain(1, 20) };

function chain(length: number, seconds: number) {
  const ids = Array.from({ length }, (_, index) => `n${index}`);
  return {
    nodes: ids.map((id) => ({ id, type: 'agent.delay', params: { seconds } })),
    edges: ids.slice(1).map((to, index) => ({ from: `n${index}`, to })),
  };
}

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
      const queue: Record<string, string> = backend === 'postgres' ? { QUEUE__URL: fleet.database.url } : {};
      return fleet.start({ DATABASE__URL: gate.url, ...queue });
    };
    const typesOf = async (member: Awaited<ReturnType<typeof startBehindGate>>, runId: string): Promise<string[]> =>
      (await getEvents(member, runId)).map(({ type }) => type);

    /** Runs that are started now are none of its. */
    const fleetWorks = async (member: Awaited<ReturnType<typeof startBehindGate>>): Promise<string> => {
      const { graph_id } = await member.post<{ graph_id: string }>('/graphs', ECHO);
      const runs = await Promise.all(Array.from({ length: 20 }, () => startRun(member, graph_id)));
      for (const each of runs) expect(await ended(member, each)).toMatchObject({ status: 'SUCCESS' });
      return graph_id;
    };

    it.each(['cut', 'stall'] as const)('leaves its runs to others, and takes none (%s)', async (trouble) => {
      const cutOff = await startBehindGate();
      const runId = await startGraph(cutOff, STEPS);
      await nodeRuns(cutOff, runId, 'n0');
      const other = await fleet.start();
      gate[trouble]();
      const since = performance.now();
      await waitFor('the run to be taken over', async () => (await typesOf(other, runId)).includes('run.recovered'));
      const tookMs = performance.now() - since;
      process.stderr.write(`takeover from a process without database, queue in ${backend}: ${Math.round(tookMs)} ms\n`);
      expect(tookMs).toBeLessThan(TAKEOVER_WITHIN_MS);
      const graph_id = await fleetWorks(other);
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

    it('keeps a run whose attempt is under way: it needs no database until that ends', async () => {
      const cutOff = await startBehindGate();
      const runId = await startGraph(cutOff, LONG);
      await nodeRuns(cutOff, runId, 'n0');
      const other = await fleet.start();
      gate.cut();
      await waitFor('it to be cut off', () => cutOff.log.includes(LEFT));
      await fleetWorks(other);
      gate.mend();
      expect(await ended(other, runId)).toMatchObject({ status: 'SUCCESS', nodes: [{ attempts: 1 }] });
      expect(await typesOf(other, runId)).not.toContain('run.recovered');
    });

    it('goes on by itself when all of them were without it, and nobody is charged', async () => {
      const members = [await startBehindGate(), await startBehindGate()] as const;
      const short = await Promise.all(
        Array.from({ length: 4 }, () => startGraph(members[0], { ...STEPS, ...chain(9, 1) })),
      );
      const long = await startGraph(members[0], LONG);
      for (const runId of [...short, long]) await nodeRuns(members[0], runId, 'n0');
      gate.cut();
      const cutAt = performance.now();
      const arrivedBefore = gate.arrivals;
      await waitFor('the outage to have lasted', () => performance.now() - cutAt > OUTAGE_MS);
      const perSecond = ((gate.arrivals - arrivedBefore) / (performance.now() - cutAt)) * 1_000;
      process.stderr.write(`connections tried by two processes without database: ${perSecond.toFixed(1)} a second\n`);
      expect(perSecond).toBeLessThan(25);
      expect(members.some(({ log }) => log.includes(LEFT))).toBe(true);
      gate.mend();
      for (const runId of [...short, long]) {
        expect(await ended(members[0], runId)).toMatchObject({ status: 'SUCCESS' });
        const causes = (await getEvents(members[0], runId)).flatMap(({ data }) => data?.['cause'] ?? []);
        expect(causes).not.toContain('crash');
      }
      expect(await typesOf(members[0], long)).not.toContain('run.recovered');
      for (const { log } of members) expect(log.match(/"level":"(warn|error)"/g)?.length ?? 0).toBeLessThan(150);
    });
  });
});
