import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BuiltService } from '../support/built-service.js';
import { describeWith, POSTGRES_URL } from '../support/services.js';
import { waitFor } from '../support/wait-for.js';
import { ended, type EventView, Fleet, getEvents, getRun, nodeRuns, startGraph, startRun } from './support/fleet.js';

/** What the configuration of a fleet promises when nothing of it is set: see decision 0019. */
const TAKEOVER_WITHIN_MS = 10_000;

const slow = {
  name: 'slow',
  nodes: [
    { id: 'before', type: 'agent.echo', params: { a: 1 } },
    { id: 'wait', type: 'agent.delay', params: { seconds: 4 } },
    { id: 'after', type: 'agent.echo' },
  ],
  edges: [
    { from: 'before', to: 'wait' },
    { from: 'wait', to: 'after' },
  ],
};

/** Keeps the event loop of its process busy for two seconds, several times with hardly a breath between. */
const BUSY = `
export default ({ defineAgent, anyObject }) =>
  defineAgent({
    type: 'agent.busy',
    description: 'Is busy.',
    params: anyObject,
    input: anyObject,
    output: anyObject,
    async run({ input }) {
      for (let times = 0; times < 5; times++) {
        for (const until = Date.now() + 2_000; Date.now() < until;);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      return input;
    },
  });
`;

const hasGaps = (events: readonly EventView[]): boolean => events.some(({ seq }, index) => seq !== index + 1);
const of = (events: readonly EventView[], type: string): EventView[] => events.filter((event) => event.type === type);

// Processes take their time to start on a machine that is busy with other things.
jest.setTimeout(300_000);

describeWith('PostgreSQL', POSTGRES_URL, 'A fleet', () => {
  describe.each(['redis', 'postgres'] as const)('with its queue in %s', (backend) => {
    let fleet: Fleet;
    let first: BuiltService;
    let second: BuiltService;
    const plugins = mkdtempSync(join(tmpdir(), 'wand-fleet-'));

    beforeAll(() => writeFileSync(join(plugins, 'busy.agent.js'), BUSY));
    afterAll(() => rmSync(plugins, { recursive: true, force: true }));
    beforeEach(async () => {
      fleet = await Fleet.open({
        database: 'postgres',
        backend,
        env: {
          SHUTDOWN_GRACE_SEC: '1',
          PLUGINS__ENABLE_DYNAMIC_LOADING: 'true',
          PLUGINS__PLUGIN_DIRECTORIES: JSON.stringify([plugins]),
        },
      });
      first = await fleet.start();
      second = await fleet.start();
    });
    afterEach(() => fleet.close());

    const ownerOf = async (runId: string): Promise<BuiltService> => {
      const live = async (member: BuiltService): Promise<boolean> =>
        /^wand_runs_live 1$/m.test(await (await member.request('/metrics')).text());
      await nodeRuns(first, runId, 'wait');
      return (await live(first)) ? first : second;
    };

    it('runs what one of its processes has accepted', async () => {
      const { graph_id } = await first.post<{ graph_id: string }>('/graphs', {
        ...slow,
        nodes: [slow.nodes[0]],
        edges: [],
      });
      const runs = await Promise.all(Array.from({ length: 50 }, () => startRun(first, graph_id)));
      for (const runId of runs) expect(await ended(second, runId)).toMatchObject({ status: 'SUCCESS' });
    });

    it('goes on within ten seconds with the run of a process that was killed', async () => {
      const runId = await startGraph(first, slow);
      const owner = await ownerOf(runId);
      const other = owner === first ? second : first;
      await owner.stop('SIGKILL');
      const killedAt = Date.now();
      const recovered = await waitFor('the run to be taken over', async () =>
        of(await getEvents(other, runId), 'run.recovered').at(0),
      );
      process.stderr.write(`takeover on ${backend}: ${Math.round(recovered.ts * 1_000 - killedAt)} ms\n`);
      expect(recovered.ts * 1_000 - killedAt).toBeLessThan(TAKEOVER_WITHIN_MS);
      expect(await ended(other, runId)).toMatchObject({ status: 'SUCCESS' });
      const events = await getEvents(other, runId);
      expect(hasGaps(events)).toBe(false);
      expect(of(events, 'node.started').filter(({ node_id }) => node_id === 'before')).toHaveLength(1);
    });

    it('lets a process that was stopped past its lock write nothing when it wakes up', async () => {
      const runId = await startGraph(first, slow);
      const owner = await ownerOf(runId);
      const other = owner === first ? second : first;
      owner.signal('SIGSTOP');
      expect(await ended(other, runId)).toMatchObject({ status: 'SUCCESS' });
      owner.signal('SIGCONT');
      await waitFor('the stale session to be dropped', async () =>
        /^wand_runs_live 0$/m.test(await (await owner.request('/metrics')).text()),
      );
      const events = await getEvents(other, runId);
      expect(hasGaps(events)).toBe(false);
      expect(events.at(-1)?.type).toBe('run.succeeded');
      expect(of(events, 'run.recovered')).toHaveLength(1);
      // It goes on with other runs.
      expect(await ended(owner, await startGraph(owner, { ...slow, nodes: [slow.nodes[0]], edges: [] }))).toMatchObject(
        {
          status: 'SUCCESS',
        },
      );
    });

    it('takes no run from a process whose event loop is busy for two seconds', async () => {
      const runId = await startGraph(first, { name: 'busy', nodes: [{ id: 'a', type: 'agent.busy' }], edges: [] });
      expect(await ended(second, runId, 60_000)).toMatchObject({ status: 'SUCCESS', nodes: [{ attempts: 1 }] });
      expect(of(await getEvents(second, runId), 'run.recovered')).toEqual([]);
    });

    it('hands its runs on at once when it is told to stop', async () => {
      const runId = await startGraph(first, {
        ...slow,
        nodes: [{ ...slow.nodes[1], params: { seconds: 9 } }],
        edges: [],
      });
      const owner = await ownerOf(runId);
      const other = owner === first ? second : first;
      const stopped = owner.stop('SIGTERM');
      const recovered = await waitFor('the run to be taken over', async () =>
        of(await getEvents(other, runId), 'run.recovered').at(0),
      );
      expect(await stopped).toBe(0);
      const interrupted = of(await getEvents(other, runId), 'node.interrupted').at(0);
      expect(interrupted?.data).toMatchObject({ cause: 'shutdown' });
      expect(recovered.ts - (interrupted?.ts ?? 0)).toBeLessThan(2);
      expect(await getRun(other, runId)).toMatchObject({ status: 'RUNNING' });
      expect(await ended(other, runId)).toMatchObject({ status: 'SUCCESS' });
    });
  });
});
