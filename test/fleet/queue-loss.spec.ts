import { REDIS_URL, describeWith } from '../support/services.js';
import { TcpGate } from '../support/tcp-gate.js';
import { waitFor } from '../support/wait-for.js';
import { dropRedisKeys } from './support/drop-redis-keys.js';
import { ended, Fleet, getEvents, nodeRuns, startGraph, startRun } from './support/fleet.js';

jest.setTimeout(300_000);

const ECHO = { name: 'echo', nodes: [{ id: 'a', type: 'agent.echo' }], edges: [] };
const WAITS = { name: 'waits', nodes: [{ id: 'a', type: 'agent.delay', params: { seconds: 14 } }], edges: [] };

describeWith('Redis', REDIS_URL, 'The queue of a fleet', () => {
  let fleet: Fleet;
  let gate: TcpGate;

  beforeEach(async () => {
    gate = await TcpGate.open(REDIS_URL);
    const env = { QUEUE__URL: gate.url, QUEUE__MAX_BACKLOG: '5', EXECUTION__MAX_CONCURRENT_RUNS: '3' };
    fleet = await Fleet.open({ database: 'postgres', backend: 'redis', env });
  });
  afterEach(async () => {
    await fleet.close();
    await gate.close();
  });

  it('may lose everything: the runs that wait are found in the database, and those that live go on where they are', async () => {
    const first = await fleet.start();
    const second = await fleet.start();
    const live = await startGraph(first, WAITS);
    await nodeRuns(first, live, 'a');
    const { graph_id } = await first.post<{ graph_id: string }>('/graphs', {
      ...WAITS,
      nodes: [{ ...WAITS.nodes[0], params: { seconds: 3 } }],
    });
    const runs = await Promise.all(Array.from({ length: 5 }, () => startRun(first, graph_id)));
    await dropRedisKeys(fleet.prefix);
    for (const runId of [live, ...runs])
      expect(await ended(second, runId, 60_000)).toMatchObject({ status: 'SUCCESS' });
    expect((await getEvents(first, live)).map(({ type }) => type)).not.toContain('run.recovered');
  });

  it('may be gone for a while: runs are accepted up to a bound, and nothing that lives is interrupted', async () => {
    const first = await fleet.start();
    const live = await startGraph(first, WAITS);
    await nodeRuns(first, live, 'a');
    const { graph_id } = await first.post<{ graph_id: string }>('/graphs', ECHO);
    gate.cut();
    const accepted: string[] = [];
    const refused = await waitFor('the backlog to be full', async () => {
      const answer = await first.request('/runs', { method: 'POST', body: JSON.stringify({ graph_id }) });
      if (answer.status !== 202) return answer;
      accepted.push(((await answer.json()) as { run_id: string }).run_id);
      return undefined;
    });
    expect(refused.status).toBe(503);
    expect(refused.headers.get('Retry-After')).toBe('5');
    expect(await refused.json()).toMatchObject({ type: '/problems/queue-unavailable' });
    expect(accepted).toHaveLength(5);
    expect(await ended(first, live)).toMatchObject({ status: 'SUCCESS' });
    expect(first.log.match(/queue/g)?.length ?? 0).toBeLessThan(40);
    gate.mend();
    for (const runId of accepted) expect(await ended(first, runId)).toMatchObject({ status: 'SUCCESS' });
    expect((await getEvents(first, live)).map(({ type }) => type)).not.toContain('run.recovered');
  });

  it('may be gone when a process is told to stop: it stops in order, in time', async () => {
    const first = await fleet.start({ SHUTDOWN_GRACE_SEC: '1' });
    await nodeRuns(first, await startGraph(first, WAITS), 'a');
    gate.cut();
    // So long that the worker no longer waits for a job, but asks for one.
    await waitFor('the queue to be missed', () => first.log.includes('the queue reports trouble'));
    const toldAt = Date.now();
    expect(await first.stop('SIGTERM')).toBe(0);
    expect(first.log).toContain('stopped in order');
    expect(Date.now() - toldAt).toBeLessThan(20_000);
  });
});
