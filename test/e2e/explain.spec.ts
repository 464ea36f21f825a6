import { given } from '../support/given.js';
import { registerTestAgents } from '../support/test-agents.js';
import { useApi } from '../support/use-api.js';

interface Explained {
  readonly status: string;
  readonly node: Readonly<Record<string, unknown>>;
  readonly nodes: readonly { readonly id: string; readonly status: string; readonly summary: string }[];
}

const REVIEWED = {
  nodes: [
    { id: 'review', type: 'agent.echo', params: { score: 0.4 } },
    { id: 'publish', type: 'agent.echo' },
    { id: 'announce', type: 'agent.echo' },
  ],
  edges: [
    { from: 'review', to: 'publish', cond: { var: 'score', op: '>=', value: 0.8 } },
    { from: 'publish', to: 'announce' },
  ],
};

describe('GET /runs/{run_id}/explain', () => {
  const api = useApi();
  const { finishedRun, run, runThatIs } = given(api);

  const explain = async (runId: string, query = ''): Promise<Explained> => {
    const answer = await api.get(`/runs/${runId}/explain${query}`);
    expect(answer.status).toBe(200);
    return answer.body as Explained;
  };

  it('tells of every node in a sentence', async () => {
    const { run_id } = await finishedRun(REVIEWED);
    expect(await explain(run_id)).toEqual({
      run_id,
      status: 'SUCCESS',
      nodes: [
        { id: 'review', status: 'SUCCESS', summary: 'ran: it has no incoming edges' },
        {
          id: 'publish',
          status: 'SKIPPED',
          summary: 'was skipped (cond_false): the edge from review was not taken: its condition does not hold',
        },
        {
          id: 'announce',
          status: 'SKIPPED',
          summary: 'was skipped (upstream_skipped): the edge from publish was not taken: publish was skipped',
        },
      ],
    });
  });

  it('shows the condition with the value that it saw, and the chain back to the first cause', async () => {
    const { run_id } = await finishedRun(REVIEWED);
    expect((await explain(run_id, '?node=publish')).node).toMatchObject({
      id: 'publish',
      status: 'SKIPPED',
      waits_for: null,
      attempts: [],
      edges: [
        {
          from: 'review',
          from_status: 'SUCCESS',
          verdict: 'not_taken',
          reason: 'cond_false',
          condition: { holds: false, values: [{ name: 'score', op: '>=', value: 0.8, found: true, actual: 0.4 }] },
        },
      ],
    });
    const { chain } = (await explain(run_id, '?node=announce')).node as { chain: { node: string }[] };
    expect(chain.map(({ node }) => node)).toEqual(['announce', 'publish', 'review']);
  });

  it('lists the attempts with their errors and waits', async () => {
    registerTestAgents(api.service);
    const { run_id } = await finishedRun({
      nodes: [
        {
          id: 'flaky',
          type: 'agent.test.flaky',
          params: { failures: 1 },
          retry: { max: 1, base_sec: 0.01, jitter: 'none' },
        },
      ],
      edges: [],
    });
    expect((await explain(run_id, '?node=flaky')).node).toMatchObject({
      status: 'SUCCESS',
      attempts: [
        { attempt: 1, outcome: 'failed', wait_ms: 10, error: { message: 'attempt 1 crashed' } },
        { attempt: 2, outcome: 'succeeded', wait_ms: null, error: null },
      ],
      chain: [],
    });
  });

  it('says what a live run waits for', async () => {
    const { run_id } = await run({
      nodes: [
        { id: 'wait', type: 'agent.delay', params: { seconds: 600 } },
        { id: 'after', type: 'agent.echo' },
      ],
      edges: [{ from: 'wait', to: 'after', map: { x: 'x' } }],
    });
    await runThatIs('RUNNING', run_id);
    expect(await explain(run_id, '?node=after')).toMatchObject({
      status: 'RUNNING',
      node: { waits_for: { kind: 'edges', from: ['wait'] }, summary: 'waits for wait to end' },
    });
    expect((await explain(run_id, '?node=wait')).node).toMatchObject({
      waits_for: { kind: 'attempt' },
      attempts: [{ attempt: 1, outcome: 'running', ended_at: null }],
    });
    await api.post(`/runs/${run_id}/cancel`);
  });

  it('knows neither unknown runs nor unknown nodes', async () => {
    const { run_id } = await finishedRun();
    expect(await api.get('/runs/r_unknown/explain')).toMatchObject({ body: { type: '/problems/run-not-found' } });
    expect(await api.get(`/runs/${run_id}/explain?node=zebra`)).toMatchObject({
      status: 404,
      body: { type: '/problems/node-not-found' },
    });
    expect(await api.get(`/runs/${run_id}/explain?nodes=a`)).toMatchObject({ status: 400 });
  });
});
