import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BuiltService } from '../support/built-service.js';
import { given } from '../support/given.js';
import { MetricValues } from '../support/metric-values.js';
import { type TestAgents, registerTestAgents } from '../support/test-agents.js';
import { useApi } from '../support/use-api.js';
import { waitFor } from '../support/wait-for.js';

const quick = { base_sec: 0.01, jitter: 'none' };
const alone = (node: object, rest: object = {}): Readonly<Record<string, unknown>> => ({
  name: 'alone',
  nodes: [{ id: 'only', ...node }],
  edges: [],
  ...rest,
});

describe('the metrics of runs', () => {
  const api = useApi({ env: { EXECUTION__MAX_CONCURRENT_RUNS: '1' } });
  let agents: TestAgents;

  beforeAll(() => {
    agents = registerTestAgents(api.service);
  });

  const read = async (): Promise<MetricValues> => new MetricValues((await api.get('/metrics')).body as string);
  /** By how much each of `series` has risen while `action` was done. */
  const risen = async (series: readonly string[], action: () => Promise<unknown>): Promise<number[]> => {
    const before = await read();
    await action();
    const after = await read();
    return series.map((name) => (after.of(name) ?? 0) - (before.of(name) ?? 0));
  };
  const attempts = (type: string, outcome: string): string =>
    `wand_node_attempts_total{agent_type="${type}",outcome="${outcome}"}`;

  it('count runs by status and by how long they waited and took', async () => {
    const series = [
      'wand_runs_created_total',
      'wand_runs_finished_total{status="SUCCESS"}',
      'wand_runs_finished_total{status="FAILED"}',
      'wand_run_duration_seconds_count{status="SUCCESS"}',
      'wand_run_duration_seconds_bucket{status="SUCCESS",le="3600"}',
      'wand_run_queue_wait_seconds_count',
    ];
    expect(await risen(series, () => given(api).finishedRun())).toEqual([1, 1, 0, 1, 1, 1]);
    agents.broken.add('only');
    expect(await risen(series, () => given(api).finishedRun(alone({ type: 'agent.test.fragile' })))).toEqual([
      1, 0, 1, 0, 0, 1,
    ]);
    agents.broken.clear();
  });

  it('count attempts by what became of them, and nodes by how they ended', async () => {
    const flaky = { type: 'agent.test.flaky', params: { failures: 2 }, retry: { max: 2, ...quick } };
    const series = [
      attempts('agent.test.flaky', 'success'),
      attempts('agent.test.flaky', 'retried'),
      attempts('agent.test.flaky', 'failed'),
      'wand_node_retries_total{agent_type="agent.test.flaky"}',
      'wand_node_duration_seconds_count{agent_type="agent.test.flaky",outcome="success"}',
      'wand_node_duration_seconds_count{agent_type="agent.test.flaky",outcome="failed"}',
    ];
    expect(await risen(series, () => given(api).finishedRun(alone(flaky)))).toEqual([1, 2, 0, 2, 1, 0]);
    const hopeless = { ...flaky, retry: { max: 1, ...quick } };
    expect(await risen(series, () => given(api).finishedRun(alone(hopeless)))).toEqual([0, 1, 1, 1, 0, 1]);
  });

  it('count clocks that ran out, of attempts and of runs', async () => {
    const slow = { type: 'agent.delay', params: { seconds: 30 } };
    const series = [
      attempts('agent.delay', 'timed_out'),
      attempts('agent.delay', 'retried'),
      'wand_node_retries_total{agent_type="agent.delay"}',
      'wand_node_timeouts_total{agent_type="agent.delay",kind="attempt"}',
      'wand_node_timeouts_total{agent_type="agent.delay",kind="total"}',
      'wand_run_timeouts_total{kind="run"}',
    ];
    const timed = alone({ ...slow, timeout_sec: 0.02, retry: { max: 1, ...quick } });
    expect(await risen(series, () => given(api).finishedRun(timed))).toEqual([2, 0, 1, 2, 0, 0]);
    const total = alone({ ...slow, retry: { max: 5, total_sec: 0.05, ...quick } });
    expect(await risen(series, () => given(api).finishedRun(total))).toEqual([1, 0, 0, 0, 1, 0]);
    const whole = alone(slow, { options: { timeout_sec: 0.05 } });
    expect((await risen(series, () => given(api).finishedRun(whole))).at(-1)).toBe(1);
  });

  it('count no attempt where none was made', async () => {
    const series = [
      'wand_runs_finished_total{status="FAILED"}',
      attempts('agent.analyze', 'failed'),
      'wand_node_duration_seconds_count{agent_type="agent.analyze",outcome="failed"}',
    ];
    const withoutText = alone({ type: 'agent.analyze' });
    expect(await risen(series, () => given(api).finishedRun(withoutText))).toEqual([1, 0, 0]);
  });

  it('tell how many wait and for how long, and count what was cancelled, begun or not', async () => {
    const series = [
      'wand_runs_finished_total{status="CANCELLED"}',
      'wand_run_duration_seconds_count{status="CANCELLED"}',
      attempts('agent.test.gate', 'cancelled'),
    ];
    const rises = await risen(series, async () => {
      const graph_id = await given(api).graph(alone({ type: 'agent.test.gate' }));
      const start = async (): Promise<string> => {
        const { body } = await api.post('/runs', { graph_id });
        return (body as { readonly run_id: string }).run_id;
      };
      const [live, waiting] = [await start(), await start()];
      await waitFor('the gate', () => (agents.calls.get('only') ?? 0) > 0);
      await waitFor('the wait to show', async () => {
        const values = await read();
        expect(values.of('wand_runs_queued')).toBe(1);
        return (values.of('wand_runs_queue_oldest_age_seconds') ?? 0) > 0;
      });
      for (const run of [waiting, live]) await api.post(`/runs/${run}/cancel`);
      for (const run of [waiting, live]) await given(api).runThatIs('CANCELLED', run);
    });
    expect(rises).toEqual([2, 1, 1]);
    expect((await read()).of('wand_runs_queue_oldest_age_seconds')).toBe(0);
  });

  it('name agents that are not registered "other", and hold no id', async () => {
    const values = await read();
    const types = Object.keys(values.labelsOf('wand_node_attempts_total')).map(
      (labels) => /"([^"]+)"/.exec(labels)?.[1],
    );
    const { body } = await api.get('/plugins/agents');
    const known = (body as { readonly items: readonly { readonly type: string }[] }).items.map(({ type }) => type);
    expect(types.filter((type) => type !== 'other' && !known.includes(type ?? ''))).toEqual([]);
    expect(values.text).not.toMatch(/[rg]_[0-9a-hjkmnp-tv-z]{26}/);
  });
});

describe('the metrics of a run that goes on after a crash', () => {
  let folder: string;
  const services: BuiltService[] = [];
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'wand-run-metrics-'));
  });
  afterAll(async () => {
    for (const service of services) await service.stop('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  it('count each thing once, where it was done', async () => {
    const start = async (): Promise<BuiltService> => {
      const service = await BuiltService.start({
        database: join(folder, 'wand.db'),
        env: { DATABASE__LEASE_SEC: '1' },
      });
      services.push(service);
      return service;
    };
    const read = async (service: BuiltService): Promise<MetricValues> =>
      new MetricValues(await (await service.request('/metrics')).text());
    const first = await start();
    const nodes = [
      { id: 'quick', type: 'agent.echo' },
      { id: 'slow', type: 'agent.delay', params: { seconds: 1 } },
    ];
    const edges = [{ from: 'quick', to: 'slow' }];
    const { graph_id } = await first.post<{ readonly graph_id: string }>('/graphs', { name: 'crash', nodes, edges });
    const { run_id } = await first.post<{ readonly run_id: string }>('/runs', { graph_id });
    await waitFor('the second node to run', async () => {
      const run = await first.json<{ readonly nodes: readonly { readonly status: string }[] }>(`/runs/${run_id}`);
      return run.nodes[1]?.status === 'RUNNING';
    });
    const before = await read(first);
    expect(before.of('wand_runs_created_total')).toBe(1);
    expect(before.of('wand_node_attempts_total{agent_type="agent.echo",outcome="success"}')).toBe(1);
    await first.stop('SIGKILL');
    const second = await start();
    await waitFor('the run to end', async () => {
      const run = await second.json<{ readonly status: string }>(`/runs/${run_id}`);
      return run.status === 'SUCCESS';
    });
    const after = await read(second);
    expect(after.of('wand_runs_created_total')).toBe(0);
    expect(after.of('wand_runs_finished_total{status="SUCCESS"}')).toBe(1);
    expect(after.of('wand_run_queue_wait_seconds_count')).toBe(0);
    expect(after.labelsOf('wand_node_attempts_total')).toMatchObject({
      'agent_type="agent.delay",outcome="interrupted"': 1,
      'agent_type="agent.delay",outcome="success"': 1,
    });
    expect(after.of('wand_node_attempts_total{agent_type="agent.echo",outcome="success"}')).toBeUndefined();
  });
});
