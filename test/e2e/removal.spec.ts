import { given } from '../support/given.js';
import { useApi } from '../support/use-api.js';
import { waitFor } from '../support/wait-for.js';

const CHART = {
  nodes: [{ id: 'c', type: 'agent.chart', params: { spec: { kind: 'bar' } } }],
  edges: [{ from: '$input', to: 'c', map: { series: 'series' } }],
};
const CHART_INPUT = { input: { series: [3, 1, 2] } };
const ENDLESS = { nodes: [{ id: 'wait', type: 'agent.delay', params: { seconds: 600 } }], edges: [] };
const GONE = { status: 404, body: { type: '/problems/run-not-found' } };

describe('DELETE /runs/{run_id}', () => {
  const api = useApi();
  const { finishedRun, run, runThatIs } = given(api);

  it('removes a run with its journal and its files', async () => {
    const { run_id } = await finishedRun(CHART, { ...CHART_INPUT, labels: { team: 'gone' } });
    expect(await api.delete(`/runs/${run_id}`)).toMatchObject({ status: 204, body: '' });
    for (const path of ['', '/nodes/c', '/logs', '/artifacts', '/artifacts/c.svg', '/stream']) {
      expect(await api.get(`/runs/${run_id}${path}`)).toMatchObject(GONE);
    }
    expect(await api.get('/runs?label=team:gone')).toMatchObject({ body: { items: [] } });
    expect(await api.delete(`/runs/${run_id}`)).toMatchObject(GONE);
    expect(await api.post(`/runs/${run_id}/retry`, {})).toMatchObject(GONE);
    expect(await api.post(`/runs/${run_id}/cancel`)).toMatchObject(GONE);
  });

  it('refuses a run that goes on, saying what to do, and takes it once it has ended', async () => {
    const { run_id } = await run(ENDLESS);
    await runThatIs('RUNNING', run_id);
    expect(await api.delete(`/runs/${run_id}`)).toMatchObject({
      status: 409,
      body: { type: '/problems/run-not-finished', detail: expect.stringContaining('cancel it first') as unknown },
    });
    await api.post(`/runs/${run_id}/cancel`);
    await runThatIs('CANCELLED', run_id);
    expect(await api.delete(`/runs/${run_id}`)).toMatchObject({ status: 204 });
  });

  it.each(['r_unknown', 'nonsense', `r_${'0'.repeat(26)}`])('does not know %s', async (id) => {
    expect(await api.delete(`/runs/${id}`)).toMatchObject(GONE);
  });

  it('leaves a run that retries it as it is, files of reused nodes included', async () => {
    const first = await finishedRun(CHART, CHART_INPUT);
    const retried = await api.post(`/runs/${first.run_id}/retry`, { input: { ...CHART_INPUT.input, other: 1 } });
    const { run_id } = retried.body as { run_id: string };
    await runThatIs('SUCCESS', run_id);
    await api.delete(`/runs/${first.run_id}`);
    expect(await api.get(`/runs/${run_id}`)).toMatchObject({ status: 200, body: { retry_of: first.run_id } });
    expect((await api.fetch(`/runs/${run_id}/artifacts/c.svg`)).status).toBe(200);
  });

  it('gives the first answer again to a request that started it, which names a run that is gone', async () => {
    const { graph_id } = await finishedRun();
    const start = () => api.post('/runs', { graph_id }, { headers: { 'Idempotency-Key': 'start-then-delete' } });
    const { run_id } = (await start()).body as { run_id: string };
    await runThatIs('SUCCESS', run_id);
    await api.delete(`/runs/${run_id}`);
    const again = await start();
    expect(again).toMatchObject({ status: 202, body: { run_id } });
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(await api.get(`/runs/${run_id}`)).toMatchObject(GONE);
  });
});

describe('runs that are older than DATABASE__RETENTION_DAYS', () => {
  /** About two seconds. */
  const api = useApi({ env: { DATABASE__RETENTION_DAYS: '0.00002' } });
  const { finishedRun, run, runThatIs } = given(api);

  it('are removed, others are not', async () => {
    const { run_id: endless } = await run(ENDLESS);
    await runThatIs('RUNNING', endless);
    const { run_id } = await finishedRun();
    await waitFor(`run ${run_id} to be removed`, async () => (await api.get(`/runs/${run_id}`)).status === 404);
    expect(await api.get(`/runs/${endless}`)).toMatchObject({ status: 200, body: { status: 'RUNNING' } });
  });
});
