import { type BuiltService } from '../support/built-service.js';
import { MetricValues } from '../support/metric-values.js';
import { describeWith, POSTGRES_URL } from '../support/services.js';
import { waitFor } from '../support/wait-for.js';
import { ended, Fleet, getEvents, getRun, startRun } from './support/fleet.js';
import { poolAgents } from './support/pool-agents.js';

const RUNS = 12;
/** Tells in which process it was made. */
const WORK = {
  name: 'work',
  nodes: [
    { id: 'before', type: 'agent.pool_work' },
    { id: 'long', type: 'agent.pool_work', params: { seconds: 3 } },
  ],
  edges: [{ from: 'before', to: 'long' }],
};

// Processes take their time to start on a machine that is busy with other things.
jest.setTimeout(180_000);

describeWith('PostgreSQL', POSTGRES_URL, 'WORKERS=2 with the queue in PostgreSQL', () => {
  const agents = poolAgents();
  let fleet: Fleet;
  let parent: BuiltService;

  beforeAll(async () => {
    const env = {
      ...agents.env,
      WORKERS: '2',
      QUEUE__LOCK_SEC: '2',
      QUEUE__STALLED_CHECK_SEC: '0.5',
      SHUTDOWN_GRACE_SEC: '20',
      // A run lives where there is a place: both processes are to have some.
      EXECUTION__MAX_CONCURRENT_RUNS: String(RUNS / 2),
    };
    fleet = await Fleet.open({ database: 'postgres', backend: 'postgres', env });
    parent = await fleet.start();
    await bothUp();
  });
  afterAll(async () => {
    await fleet.close();
    agents.remove();
  });

  const metrics = async (): Promise<MetricValues | undefined> => {
    const answer = await ask('/metrics');
    return answer === undefined ? undefined : new MetricValues(await answer.text());
  };
  /** Undefined while nobody takes the connection, or it was that of a process that was killed. */
  const ask = (path: string): Promise<Response | undefined> =>
    parent.request(path, { headers: { Connection: 'close' } }).catch(() => undefined);
  const bothUp = () =>
    waitFor('both workers to be up', async () => {
      const up = Object.values((await metrics())?.labelsOf('wand_worker_up') ?? {});
      return up.length === 2 && up.every((each) => each === 1);
    });
  /** The newest process of each worker, by its number. */
  const pids = (): Map<string, number> =>
    new Map(
      [...parent.log.matchAll(/worker (\d) is the process (\d+)/g)].map(([, number, pid]) => [
        number ?? '',
        Number(pid),
      ]),
    );
  const allLive = async (runs: readonly string[]): Promise<void> => {
    for (const runId of runs) {
      await waitFor(`the run ${runId} to live`, async () => {
        const run = await getRun(parent, runId).catch(() => undefined);
        return run?.nodes.some(({ id, status }) => id === 'long' && status === 'RUNNING');
      });
    }
  };
  const startRuns = async (): Promise<string[]> => {
    const { graph_id } = await parent.post<{ graph_id: string }>('/graphs', WORK);
    return Promise.all(Array.from({ length: RUNS }, () => startRun(parent, graph_id)));
  };

  it('replaces one that was killed, whose runs go on', async () => {
    const runs = await startRuns();
    await allLive(runs);
    const before = pids();
    const [number, pid] = [...before][0] ?? ['', 0];
    process.kill(pid, 'SIGKILL');
    await waitFor(`worker ${number} to be another process`, () => pids().get(number) !== pid);
    await bothUp();
    expect(parent.log).toMatch(new RegExp(`worker ${number} ended by SIGKILL`));
    expect((await metrics())?.of(`wand_worker_restarts_total{worker="${number}"}`)).toBe(1);

    const longOf: number[] = [];
    for (const runId of runs) {
      const run = await ended(parent, runId);
      expect(run).toMatchObject({ status: 'SUCCESS', nodes: [{ attempts: 1 }, {}] });
      const events = await getEvents(parent, runId);
      expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
      const starts = events.filter(({ type, node_id }) => type === 'node.started' && node_id === 'before');
      expect(starts).toHaveLength(1);
      longOf.push(events.filter(({ type }) => type === 'node.interrupted').length);
    }
    // Those of the process that was killed, and no others.
    expect(longOf.filter((times) => times > 0)).toHaveLength(RUNS / 2);
    const made = await parent.json<{ result: { outputs: { long: { pid: number } } } }>(`/runs/${runs[0]}`);
    expect([...before.values(), ...pids().values()]).toContain(made.result.outputs.long.pid);
  });

  it('lets the runs of both end when the parent is told to stop, and leaves nobody behind', async () => {
    const runs = await startRuns();
    await allLive(runs);
    const children = [...pids().values()];
    expect(await parent.stop('SIGTERM')).toBe(0);
    for (const pid of children) expect(() => process.kill(pid, 0)).toThrow('ESRCH');

    const next = await fleet.start({ WORKERS: '1' });
    for (const runId of runs) {
      expect(await ended(next, runId)).toMatchObject({ status: 'SUCCESS' });
      const types = (await getEvents(next, runId)).map(({ type }) => type);
      expect(types).not.toContain('node.interrupted');
    }
    const { items } = await next.json<{ items: { role: string }[] }>('/fleet');
    expect(items).toHaveLength(1);
  });
});
