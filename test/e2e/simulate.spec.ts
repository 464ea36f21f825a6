import { given } from '../support/given.js';
import { useApi } from '../support/use-api.js';

interface Simulated {
  readonly status: string;
  readonly assumed: readonly string[];
  readonly nodes: readonly { readonly id: string; readonly status: string; readonly summary: string }[];
  readonly events: readonly { readonly type: string; readonly ts: number }[];
}

const BRANCH = {
  name: 'branch',
  nodes: [
    { id: 'fetch', type: 'agent.fetch', params: { url: 'http://127.0.0.1:9/never-called' }, retries: 1 },
    { id: 'large', type: 'agent.echo' },
    { id: 'small', type: 'agent.echo' },
    { id: 'alarm', type: 'agent.echo' },
  ],
  edges: [
    { from: 'fetch', to: 'large', cond: 'output.json.size > 10' },
    { from: 'fetch', to: 'small', cond: 'output.json.size <= 10' },
    { from: 'fetch', to: 'alarm', on: 'failure' },
  ],
};

describe('POST /graphs/simulate', () => {
  const api = useApi();
  const { graph } = given(api);

  const simulate = async (body: object): Promise<Simulated> => {
    const answer = await api.post('/graphs/simulate', body);
    expect(answer).toMatchObject({ status: 200 });
    return answer.body as Simulated;
  };
  const statuses = ({ nodes }: Simulated): Record<string, string> =>
    Object.fromEntries(nodes.map(({ id, status }) => [id, status]));

  it('decides from the outputs that it is given, calls nothing and stores nothing', async () => {
    const simulated = await simulate({ graph: BRANCH, outcomes: { fetch: { output: { json: { size: 11 } } } } });
    expect(simulated.status).toBe('SUCCESS');
    expect(statuses(simulated)).toEqual({ fetch: 'SUCCESS', large: 'SUCCESS', small: 'SKIPPED', alarm: 'SKIPPED' });
    expect(simulated.assumed).toEqual(['large']);
    expect(simulated.nodes[2]?.summary).toContain('its condition does not hold');
    expect(simulated.events.at(-1)?.type).toBe('run.succeeded');
    expect(await api.get('/runs')).toMatchObject({ body: { items: [] } });
    expect(await api.get('/graphs')).toMatchObject({ body: { items: [] } });
  });

  it('lets attempts fail one by one, and a handler run in the end', async () => {
    const error = { type: 'HttpError', message: 'answered 500' };
    const once = await simulate({
      graph: BRANCH,
      outcomes: { fetch: [{ error }, { output: { json: { size: 1 } } }] },
    });
    expect(once.events.filter(({ type }) => type === 'node.retrying')).toHaveLength(1);
    expect(statuses(once)).toMatchObject({ fetch: 'SUCCESS', small: 'SUCCESS' });
    expect(once.events.at(-1)?.ts).toBeGreaterThan(0);

    const always = await simulate({ graph: BRANCH, outcomes: { fetch: { error } } });
    expect(always.events.filter(({ type }) => type === 'node.started')).toHaveLength(3);
    expect(statuses(always)).toMatchObject({ fetch: 'FAILED', alarm: 'SUCCESS' });
    expect(always.status).toBe('SUCCESS');
  });

  it('takes a stored graph, options and an input', async () => {
    const graph_id = await graph({
      nodes: [{ id: 'a', type: 'agent.echo' }],
      edges: [{ from: '$input', to: 'a', cond: 'input.go' }],
    });
    expect(statuses(await simulate({ graph_id, input: { go: true } }))).toEqual({ a: 'SUCCESS' });
    expect(statuses(await simulate({ graph_id, input: { go: false } }))).toEqual({ a: 'SKIPPED' });
    const strict = await simulate({ graph_id, input: {}, options: { strict_conditions: true } });
    expect(strict).toMatchObject({ status: 'FAILED', result: null, error: { type: 'ConditionError' } });
  });

  it.each([
    ['neither graph nor graph_id', {}, '', 'graph-or-id'],
    ['both', { graph: BRANCH, graph_id: `g_${'0'.repeat(26)}` }, '', 'graph-or-id'],
    ['a version without graph_id', { graph: BRANCH, version: 1 }, '/version', 'version-without-id'],
    [
      'an outcome of a node that is not there',
      { graph: BRANCH, outcomes: { fetsh: { output: 1 } } },
      '/outcomes/fetsh',
      'unknown-node',
    ],
  ])('refuses %s', async (_what, body, pointer, code) => {
    const answer = await api.post('/graphs/simulate', body);
    expect(answer).toMatchObject({ status: 422, body: { type: '/problems/run-invalid', errors: [{ pointer, code }] } });
  });

  it('refuses outcomes that are none, and says where', async () => {
    const answer = await api.post('/graphs/simulate', { graph: BRANCH, outcomes: { fetch: { outputs: 1 } } });
    expect(answer.status).toBe(422);
    expect((answer.body as { errors: { pointer: string }[] }).errors[0]?.pointer).toMatch(/^\/outcomes\/fetch/);
  });

  it('refuses a graph that breaks a rule, pointing into it', async () => {
    const broken = { ...BRANCH, edges: [{ from: 'fetch', to: 'nowhere' }] };
    expect(await api.post('/graphs/simulate', { graph: broken })).toMatchObject({
      status: 422,
      body: { type: '/problems/graph-invalid', errors: [{ pointer: '/graph/edges/0/to' }] },
    });
    expect(await api.post('/graphs/simulate', { graph_id: 'g_unknown' })).toMatchObject({ status: 404 });
  });

  it('gives up a run with too many events', async () => {
    const nodes = Array.from({ length: 300 }, (_, index) => ({ id: `n${index}`, type: 'agent.echo', retries: 100 }));
    const outcomes = Object.fromEntries(nodes.map(({ id }) => [id, { error: {} }]));
    expect(await api.post('/graphs/simulate', { graph: { name: 'long', nodes, edges: [] }, outcomes })).toMatchObject({
      status: 422,
      body: { errors: [{ code: 'too-long' }] },
    });
  });
});
