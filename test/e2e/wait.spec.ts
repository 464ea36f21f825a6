import { StreamHub } from '../../src/runs/index.js';
import { given } from '../support/given.js';
import { type TestAgents, registerTestAgents } from '../support/test-agents.js';
import { useApi } from '../support/use-api.js';
import { waitFor } from '../support/wait-for.js';

interface Started {
  readonly run_id: string;
  readonly status: string;
}

describe('POST /runs?wait', () => {
  const api = useApi();
  const { graph, runThatIs } = given(api);
  let agents: TestAgents;

  beforeAll(() => {
    agents = registerTestAgents(api.service);
  });

  const gated = (id: string) => ({ nodes: [{ id, type: 'agent.test.gate' }] });
  const reached = (id: string) => waitFor(`${id} to run`, () => agents.calls.has(id));
  const waiters = (): number => api.service.app.get(StreamHub).size;

  it('answers the run as soon as it has ended', async () => {
    const waiting = api.post('/runs?wait=20', { graph_id: await graph(gated('soon')) });
    await reached('soon');
    agents.release();
    expect(await waiting).toMatchObject({ status: 200, body: { status: 'SUCCESS', progress: 100, nodes: [{}] } });
    await waitFor('nobody to wait', () => waiters() === 0);
  });

  it('waits for the same run when the request is repeated', async () => {
    const body = { graph_id: await graph(gated('repeated')) };
    const headers = { 'Idempotency-Key': 'wait' };
    const first = await api.post('/runs', body, { headers });
    const second = api.post('/runs?wait=20', body, { headers });
    await reached('repeated');
    agents.release();
    const answer = await second;
    expect(answer).toMatchObject({ status: 200, body: { run_id: (first.body as Started).run_id, status: 'SUCCESS' } });
    expect(answer.headers.get('idempotency-replayed')).toBe('true');
    expect(await api.post('/runs', body, { headers })).toMatchObject({ status: 202, body: first.body });
  });

  it('waits no more for a client that has gone; the run goes on', async () => {
    const graph_id = await graph(gated('gone'));
    const client = new AbortController();
    const request = api.fetch('/runs?wait=60', {
      method: 'POST',
      body: JSON.stringify({ graph_id }),
      headers: { 'Content-Type': 'application/json' },
      signal: client.signal,
    });
    await reached('gone');
    await waitFor('it to wait', () => waiters() === 1);
    client.abort();
    await expect(request).rejects.toThrow();
    await waitFor('nobody to wait', () => waiters() === 0);
    agents.release();
    const { items } = (await api.get(`/runs?graph_id=${graph_id}`)).body as { readonly items: readonly Started[] };
    await runThatIs('SUCCESS', items[0]?.run_id ?? '');
  });
});

describe('POST /runs?wait in a service that stops', () => {
  const api = useApi();
  const { graph } = given(api);

  it('answers 202 with the id of the run, which goes on after the start', async () => {
    const agents = registerTestAgents(api.service);
    const waiting = api.post('/runs?wait=60', {
      graph_id: await graph({ nodes: [{ id: 'a', type: 'agent.test.gate' }] }),
    });
    await waitFor('the agent to run', () => agents.calls.has('a'));
    await api.service.stop();
    const answer = await waiting;
    expect(answer).toMatchObject({ status: 202, body: { run_id: expect.stringMatching(/^r_/), status: 'RUNNING' } });
    expect(answer.headers.get('location')).toBe(`/runs/${(answer.body as Started).run_id}`);
  });
});
