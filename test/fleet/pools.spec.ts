import type { BuiltService } from '../support/built-service.js';
import { describeWith, MARIADB_URL, POSTGRES_URL } from '../support/services.js';
import { waitFor } from '../support/wait-for.js';
import { ended, type EventView, Fleet, type FleetOptions, getEvents, startGraph } from './support/fleet.js';
import { poolAgents } from './support/pool-agents.js';

interface WorkOutput {
  readonly pid: number;
  readonly text: string;
}

const GPU = { EXECUTION__POOLS: '["gpu"]' };
/** The lock of a job, within which a dead worker is found out, and what it takes to begin again. */
const TAKEOVER_WITHIN_MS = 10_000;
/** Several processes start in each test. */
const TEST_WITHIN_MS = 180_000;
jest.setTimeout(TEST_WITHIN_MS);

const work = (params: object = {}, node: object = {}) => ({
  name: 'work',
  nodes: [{ id: 'work', type: 'agent.pool_work', pool: 'gpu', params, ...node }],
  edges: [],
});

const wide = (width: number, seconds: number) => {
  const middle = Array.from({ length: width }, (_, index) => `m${index}`);
  return {
    name: 'wide',
    options: { concurrency: width },
    nodes: [
      { id: 'first', type: 'agent.echo', params: { a: 1 } },
      ...middle.map((id) => ({ id, type: 'agent.pool_work', pool: 'gpu', params: { seconds } })),
      { id: 'last', type: 'agent.echo', join: 'all' },
    ],
    edges: middle.flatMap((id) => [
      { from: 'first', to: id },
      { from: id, to: 'last' },
    ]),
  };
};

const of = (events: readonly EventView[], type: string): EventView[] => events.filter((event) => event.type === type);
const hasGaps = (events: readonly EventView[]): boolean => events.some(({ seq }, index) => seq !== index + 1);

const outputOf = async (member: BuiltService, runId: string, nodeId = 'work'): Promise<WorkOutput> =>
  (await member.json<{ output: WorkOutput }>(`/runs/${runId}/nodes/${nodeId}`)).output;

const outputsOf = (events: readonly EventView[]): WorkOutput[] =>
  of(events, 'node.succeeded')
    .map(({ data }) => data?.['output'] as Partial<WorkOutput>)
    .filter((output): output is WorkOutput => output.pid !== undefined);

const reads = async (member: BuiltService, metric: RegExp): Promise<boolean> =>
  metric.test(await (await member.request('/metrics')).text());
const IS_IDLE = /^wand_pool_attempts_running\{pool="gpu"\} 0$/m;
const IS_AT_WORK = /^wand_pool_attempts_running\{pool="gpu"\} [1-9]/m;
const HAS_RUN = /^wand_runs_live 1$/m;

/** Splits two processes into the one of which a metric says something, and the other one. */
async function split(
  both: readonly [BuiltService, BuiltService],
  metric: RegExp,
): Promise<[BuiltService, BuiltService]> {
  const [one, two] = both;
  return (await reads(one, metric)) ? [one, two] : [two, one];
}

function describePools(place: Pick<FleetOptions, 'database' | 'backend'>): void {
  let fleet: Fleet;
  let owner: BuiltService;
  const agents = poolAgents();

  beforeEach(async () => {
    fleet = await Fleet.open({
      ...place,
      env: { ...agents.env, SHUTDOWN_GRACE_SEC: '1', EXECUTION__MAX_RETRIES: '0' },
    });
    owner = await fleet.start();
  });
  afterEach(() => fleet.close());
  afterAll(() => agents.remove());

  const started = (runId: string, nodeId = 'work', attempt = 1): Promise<unknown> =>
    waitFor(`attempt ${attempt} of ${nodeId} to have said something`, async () =>
      of(await getEvents(owner, runId), 'node.progress').some(
        (event) => event.node_id === nodeId && event.attempt === attempt,
      ),
    );

  it('spreads the nodes of one run over the workers of their pool', async () => {
    const [one, two] = await Promise.all([fleet.start(GPU), fleet.start(GPU)]);
    const runId = await startGraph(owner, wide(40, 0.2));
    expect(await ended(owner, runId)).toMatchObject({ status: 'SUCCESS' });
    const events = await getEvents(owner, runId);
    expect(hasGaps(events)).toBe(false);
    const pids = outputsOf(events).map(({ pid }) => pid);
    expect(pids).toHaveLength(40);
    expect(new Set(pids)).toEqual(new Set([one.pid, two.pid]));
    expect(of(events, 'node.started')).toHaveLength(42);
  });

  it('journals logs, progress, a large output and a file of an attempt that a pool made', async () => {
    const worker = await fleet.start(GPU);
    const runId = await startGraph(owner, work({ says: true, files: true, chars: 2_600_000 }));
    expect(await ended(owner, runId)).toMatchObject({ status: 'SUCCESS' });
    const events = await getEvents(owner, runId);
    expect(of(events, 'node.log').map(({ data }) => data)).toEqual([1, 2, 3, 4, 5].map((line) => ({ line })));
    expect(of(events, 'node.progress')).toHaveLength(1);
    expect(of(events, 'node.succeeded')[0]?.data).toHaveProperty('output_ref');
    const { pid, text } = await outputOf(owner, runId);
    expect(pid).toBe(worker.pid);
    expect(text === '😀x'.repeat(1_300_000)).toBe(true);
    expect(await (await owner.request(`/runs/${runId}/artifacts/work.txt`)).text()).toBe(`made by ${worker.pid}`);
  });

  it('makes a failed attempt of a pool again, and ends one that takes too long', async () => {
    await fleet.start(GPU);
    const flaky = await startGraph(owner, work({ failures: 1 }, { retry: { max: 2, base_sec: 0.1 } }));
    const slow = await startGraph(owner, work({ seconds: 60 }, { timeout_sec: 1 }));
    expect(await ended(owner, flaky)).toMatchObject({ status: 'SUCCESS', nodes: [{ attempts: 2 }] });
    expect(await ended(owner, slow)).toMatchObject({ status: 'FAILED', error: { type: 'TimeoutError' } });
  });

  it('makes the attempts of a worker that was killed elsewhere, as after a crash', async () => {
    const [one, two] = await Promise.all([fleet.start(GPU), fleet.start(GPU)]);
    const runId = await startGraph(owner, wide(10, 3));
    await waitFor('both to be at work', async () => {
      const areAtWork = await Promise.all([one, two].map((worker) => reads(worker, IS_AT_WORK)));
      return areAtWork.every(Boolean);
    });
    await one.stop('SIGKILL');
    const killedAt = Date.now();
    expect(await ended(owner, runId)).toMatchObject({ status: 'SUCCESS' });
    const events = await getEvents(owner, runId);
    const interrupted = of(events, 'node.interrupted');
    expect(interrupted.length).toBeGreaterThan(0);
    for (const { data, ts } of interrupted) {
      expect(data).toMatchObject({ cause: 'crash' });
      expect(ts * 1_000 - killedAt).toBeLessThan(TAKEOVER_WITHIN_MS);
    }
    process.stderr.write(`pool takeover: ${Math.round((interrupted.at(-1)?.ts ?? 0) * 1_000 - killedAt)} ms\n`);
    expect(of(events, 'node.succeeded')).toHaveLength(12);
    expect(hasGaps(events)).toBe(false);
  });

  it('takes nothing from a worker that stood still past its time', async () => {
    const both = await Promise.all([fleet.start(GPU), fleet.start(GPU)]);
    const runId = await startGraph(owner, work({ seconds: 3, says: true }));
    await started(runId);
    const [first, second] = await split(both, IS_AT_WORK);
    first.signal('SIGSTOP');
    expect(await ended(owner, runId)).toMatchObject({ status: 'SUCCESS', nodes: [{ attempts: 2 }] });
    first.signal('SIGCONT');
    await waitFor('it to let go of the attempt', () => reads(first, IS_IDLE));
    expect((await outputOf(owner, runId)).pid).toBe(second.pid);
    expect(of(await getEvents(owner, runId), 'node.succeeded')).toHaveLength(1);
  });

  it('stops the attempts of a run that is cancelled', async () => {
    const worker = await fleet.start(GPU);
    const runId = await startGraph(owner, work({ seconds: 60, says: true }));
    await started(runId);
    const askedAt = performance.now();
    await owner.post(`/runs/${runId}/cancel`, {});
    expect(await ended(owner, runId)).toMatchObject({ status: 'CANCELLED' });
    expect(performance.now() - askedAt).toBeLessThan(4_000);
    expect(of(await getEvents(owner, runId), 'node.cancelled')[0]?.data).toMatchObject({ ended: 'failed' });
    await waitFor('the worker to be free', () => reads(worker, IS_IDLE));
  });

  it('waits for a worker of the pool, and says so', async () => {
    const runId = await startGraph(owner, work({}, { timeout_sec: 1 }));
    await waitFor('the wait to be told of', async () =>
      of(await getEvents(owner, runId), 'node.log').some(({ node_id }) => node_id === 'work'),
    );
    const worker = await fleet.start(GPU);
    expect(await ended(owner, runId)).toMatchObject({ status: 'SUCCESS', nodes: [{ attempts: 1 }] });
    expect((await outputOf(owner, runId)).pid).toBe(worker.pid);
  });

  it('ends at once what is cancelled before a worker took it', async () => {
    const runId = await startGraph(owner, work());
    await waitFor('it to start', async () => of(await getEvents(owner, runId), 'node.started').length === 1);
    await owner.post(`/runs/${runId}/cancel`, {});
    expect(await ended(owner, runId, 4_000)).toMatchObject({ status: 'CANCELLED' });
  });

  it('hands on the attempts of a worker that is told to stop', async () => {
    const both = await Promise.all([fleet.start(GPU), fleet.start(GPU)]);
    const runId = await startGraph(owner, work({ seconds: 4, says: true }));
    await started(runId);
    const [first, second] = await split(both, IS_AT_WORK);
    await first.stop('SIGTERM');
    expect(await ended(owner, runId)).toMatchObject({ status: 'SUCCESS', nodes: [{ attempts: 2 }] });
    const events = await getEvents(owner, runId);
    expect(of(events, 'node.interrupted').map(({ data }) => data)).toEqual([{ cause: 'shutdown' }]);
    expect((await outputOf(owner, runId)).pid).toBe(second.pid);
  });

  it('stops what it made for a process that died, and makes it again for the next', async () => {
    const [worker, other] = await Promise.all([fleet.start(GPU), fleet.start()]);
    const runId = await startGraph(owner, work({ seconds: 9, says: true }));
    await started(runId);
    const [first, next] = await split([owner, other], HAS_RUN);
    await first.stop('SIGKILL');
    expect(await ended(next, runId, 60_000)).toMatchObject({ status: 'SUCCESS', nodes: [{ attempts: 2 }] });
    const events = await getEvents(next, runId);
    expect(of(events, 'node.interrupted').map(({ data }) => data)).toEqual([{ cause: 'bystander' }]);
    expect(of(events, 'node.succeeded')).toHaveLength(1);
    expect((await outputOf(next, runId)).pid).toBe(worker.pid);
    const { items } = await next.json<{ items: { role: string; pools: string[] }[] }>('/fleet');
    expect(items.map(({ pools }) => pools)).toContainEqual(['gpu']);
  });
}

describeWith('PostgreSQL', POSTGRES_URL, 'Pools on PostgreSQL', () => {
  describe.each(['redis', 'postgres'] as const)('with queues in %s', (backend) =>
    describePools({ database: 'postgres', backend }),
  );
});

describeWith('MariaDB', MARIADB_URL, 'Pools on MariaDB', () => {
  describePools({ database: 'mariadb', backend: 'redis' });
});
