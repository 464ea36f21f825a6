import { useApi } from '../support/use-api.js';
import { waitFor } from '../support/wait-for.js';

interface Page {
  readonly items: readonly { readonly run_id: string; readonly status: string }[];
  readonly next_cursor: string | null;
}

describe('Runs', () => {
  const api = useApi();

  const createGraph = async (graph: object = {}): Promise<string> => {
    const body = { name: 'echo', nodes: [{ id: 'a', type: 'agent.echo' }], edges: [], ...graph };
    return ((await api.post('/graphs', body)).body as { graph_id: string }).graph_id;
  };

  const start = async (graph_id: string, more: object = {}): Promise<string> =>
    ((await api.post('/runs', { graph_id, ...more })).body as { run_id: string }).run_id;

  it('answers 202 with the id and where the run is', async () => {
    const answer = await api.post('/runs', { graph_id: await createGraph() });
    expect(answer).toMatchObject({ status: 202, body: { run_id: expect.stringMatching(/^r_/), status: 'PENDING' } });
    expect(answer.headers.get('location')).toBe(`/runs/${(answer.body as { run_id: string }).run_id}`);
  });

  it('answers the finished run with wait, 202 when it takes longer', async () => {
    const done = await api.post('/runs?wait=20', { graph_id: await createGraph(), input: { x: 1 } });
    expect(done).toMatchObject({ status: 200, body: { status: 'SUCCESS', input: { x: 1 } } });
    const slow = await createGraph({ nodes: [{ id: 'a', type: 'agent.delay', params: { seconds: 60 } }] });
    const late = await api.post('/runs?wait=0.05', { graph_id: slow });
    expect(late).toMatchObject({ status: 202, body: { status: 'RUNNING' } });
    expect((await api.post('/runs?wait=61', { graph_id: slow })).status).toBe(400);
    await api.post(`/runs/${(late.body as { run_id: string }).run_id}/cancel`);
  });

  it('pages through runs, newest first, each once', async () => {
    const graph_id = await createGraph();
    const ids: string[] = [];
    for (let run = 0; run < 5; run++) ids.unshift(await start(graph_id));
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const from: string = cursor === null ? '' : `&cursor=${cursor}`;
      const page = (await api.get(`/runs?graph_id=${graph_id}&limit=2${from}`)).body as Page;
      seen.push(...page.items.map((run) => run.run_id));
      cursor = page.next_cursor;
    } while (cursor !== null);
    expect(seen).toEqual(ids);
  });

  it('filters by status, label and time', async () => {
    const graph_id = await createGraph();
    const before = new Date(Date.now() - 1_000).toISOString();
    const labelled = await start(graph_id, { labels: { team: 'a:b', env: 'test' } });
    await start(graph_id, { labels: { team: 'other', env: 'test' } });
    const list = async (query: string): Promise<string[]> =>
      ((await api.get(`/runs?graph_id=${graph_id}&${query}`)).body as Page).items.map((run) => run.run_id);
    expect(await list('label=team:a:b&label=env:test')).toEqual([labelled]);
    expect(await list('label=env:test')).toHaveLength(2);
    expect(await list('label=env:none')).toEqual([]);
    expect(await list(`created_after=${encodeURIComponent(before)}`)).toHaveLength(2);
    expect(await list('created_after=2999-01-01T00:00:00Z')).toEqual([]);
    await waitFor('both to succeed', async () => (await list('status=SUCCESS')).length === 2);
    expect(await list('status=FAILED,CANCELLED')).toEqual([]);
  });

  it('tells one node run with its input and output, while it runs and after', async () => {
    const graph_id = await createGraph({
      nodes: [
        { id: 'a', type: 'agent.echo', params: { n: 1 } },
        { id: 'b', type: 'agent.delay', params: { seconds: 60 } },
      ],
      edges: [{ from: 'a', to: 'b', map: { got: 'n' } }],
    });
    const runId = await start(graph_id);
    const node = (id: string) => api.get(`/runs/${runId}/nodes/${id}`);
    await waitFor('b to run', async () => ((await node('b')).body as { status: string }).status === 'RUNNING');
    expect((await node('a')).body).toMatchObject({ status: 'SUCCESS', output: { n: 1 }, upstream: null });
    expect((await node('b')).body).toMatchObject({ input: { got: 1 }, output: null, finished_at: null });
    expect((await node('none')).status).toBe(404);
    await api.post(`/runs/${runId}/cancel`);
  });

  it('lists the journal from a seq, by level and by node', async () => {
    const graph_id = await createGraph({
      nodes: [
        { id: 'a', type: 'agent.echo' },
        { id: 'b', type: 'agent.transform', params: { expression: '$error("no")' } },
      ],
    });
    const runId = ((await api.post('/runs?wait=20', { graph_id })).body as { run_id: string }).run_id;
    const logs = async (query: string) =>
      (await api.get(`/runs/${runId}/logs?${query}`)).body as { seq: number; type: string; node_id?: string }[];
    expect((await logs('after_seq=2&limit=2')).map((entry) => entry.seq)).toEqual([3, 4]);
    expect((await logs('lvl=error')).map((entry) => entry.type)).toEqual(['node.failed', 'run.failed']);
    expect((await logs('node_id=a')).every((entry) => entry.node_id === 'a')).toBe(true);
    expect((await api.get(`/runs/${runId}/logs?limit=10001`)).status).toBe(400);
  });

  it('runs the version that it was started with, whatever comes later', async () => {
    const graph_id = await createGraph();
    const next = { name: 'second', nodes: [{ id: 'b', type: 'agent.echo' }], edges: [] };
    expect((await api.put(`/graphs/${graph_id}`, next)).body).toMatchObject({ graph_id, version: 2 });
    const first = await api.post('/runs?wait=20', { graph_id, version: 1 });
    expect(first.body).toMatchObject({ graph_version: 1, nodes: [{ id: 'a' }] });
    const newest = await api.post('/runs?wait=20', { graph_id });
    expect(newest.body).toMatchObject({ graph_version: 2, graph_name: 'second', nodes: [{ id: 'b' }] });
    expect((await api.get(`/graphs/${graph_id}?version=1`)).body).toMatchObject({ version: 1, name: 'echo' });
  });

  it('agrees with the outcome when cancelled at the instant of completion', async () => {
    const graph_id = await createGraph();
    for (let round = 0; round < 40; round++) {
      const runId = await start(graph_id);
      const { status } = await api.post(`/runs/${runId}/cancel`);
      const run = await waitFor('the run to end', async () => {
        const { body } = await api.get(`/runs/${runId}`);
        return (body as { status: string }).status !== 'RUNNING' && (body as { status: string });
      });
      expect(run.status).toBe(status === 409 ? 'SUCCESS' : 'CANCELLED');
    }
  });
});

describe('Artifacts', () => {
  const api = useApi();

  const chart = async (format: string): Promise<string> => {
    const graph = {
      name: 'chart',
      nodes: [{ id: 'c', type: 'agent.chart', params: { spec: { kind: 'bar', title: 'T', format } } }],
      edges: [{ from: '$input', to: 'c', map: { series: 'series' } }],
    };
    const { graph_id } = (await api.post('/graphs', graph)).body as { graph_id: string };
    const run = await api.post('/runs?wait=30', { graph_id, input: { series: [3, 1, 2] } });
    expect(run.body).toMatchObject({ status: 'SUCCESS', result: { outputs: { c: { points: 3 } } } });
    return (run.body as { result: { outputs: { c: { chart_url: string } } } }).result.outputs.c.chart_url;
  };

  it('serves a chart as SVG with its type and a strong ETag', async () => {
    const url = await chart('svg');
    const response = await api.fetch(url);
    expect(response.headers.get('content-type')).toMatch(/^image\/svg\+xml/);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('content-security-policy')).toContain('sandbox');
    expect(await response.text()).toMatch(/^<svg/);
    const etag = response.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[0-9a-f]{64}"$/);
    expect((await api.fetch(url, { headers: { 'If-None-Match': etag, 'Cache-Control': 'max-age=0' } })).status).toBe(
      304,
    );
    const list = await api.get(url.replace(/\/[^/]+$/, ''));
    expect(list.body).toMatchObject({ items: [{ name: 'c.svg', node_id: 'c', url }] });
  });

  it('serves PNG on request', async () => {
    const response = await api.fetch(await chart('png'));
    expect(response.headers.get('content-type')).toBe('image/png');
    expect(
      Buffer.from(await response.arrayBuffer())
        .subarray(1, 4)
        .toString(),
    ).toBe('PNG');
  });

  it('answers 404 to an unknown name', async () => {
    const url = await chart('svg');
    expect((await api.get(url.replace('c.svg', 'd.svg'))).status).toBe(404);
  });
});
