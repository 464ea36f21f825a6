import { given } from '../support/given.js';
import { readStream } from '../support/read-stream.js';
import { type TestAgents, registerTestAgents } from '../support/test-agents.js';
import { type ApiAnswer, useApi } from '../support/use-api.js';
import { waitFor } from '../support/wait-for.js';

type Fields = Readonly<Record<string, unknown>>;

interface NodeAnswer {
  readonly id: string;
  readonly status: string;
  readonly attempts: number;
  readonly skip_reason: string | null;
  readonly reused_from: string | null;
}

interface RunAnswer {
  readonly run_id: string;
  readonly status: string;
  readonly graph_version: number;
  readonly retry_of: string | null;
  readonly root_run_id: string;
  readonly progress: number;
  readonly labels: Fields;
  readonly input: unknown;
  readonly result: { readonly outputs: Readonly<Record<string, Fields>> } | null;
  readonly nodes: readonly NodeAnswer[];
}

interface Retried {
  readonly run_id: string;
  readonly retry_of: string;
  readonly reused: readonly string[];
  readonly rerun: readonly string[];
}

const fragile = (id: string, fields: Fields = {}) => ({ id, type: 'agent.test.fragile', ...fields });
/** a → b → c, each handing `key` on as `before`. */
const CHAIN = {
  nodes: ['a', 'b', 'c'].map((id) => fragile(id)),
  edges: [
    { from: '$input', to: 'a', map: { v: 'v' } },
    { from: 'a', to: 'b', map: { before: 'key' } },
    { from: 'b', to: 'c', map: { before: 'key' } },
  ],
};

describe('POST /runs/{run_id}/retry', () => {
  const api = useApi();
  const { graph, run, finishedRun } = given(api);
  let agents: TestAgents;

  beforeAll(() => {
    agents = registerTestAgents(api.service);
  });
  beforeEach(() => agents.broken.clear());

  const retry = (id: string, body?: Fields, headers?: Readonly<Record<string, string>>): Promise<ApiAnswer> =>
    api.post(`/runs/${id}/retry`, body, { headers });
  const accepted = async (id: string, body: Fields = {}): Promise<Retried> => {
    const answer = await retry(id, body);
    expect(answer).toMatchObject({ status: 202 });
    return answer.body as Retried;
  };
  const ended = (id: string): Promise<RunAnswer> =>
    waitFor(`run ${id} to end`, async () => {
      const { body } = await api.get(`/runs/${id}`);
      return ['SUCCESS', 'FAILED', 'CANCELLED'].includes((body as RunAnswer).status) && (body as RunAnswer);
    });
  const logOf = async (id: string) =>
    (await api.get(`/runs/${id}/logs`)).body as { seq: number; type: string; node_id?: string; data?: Fields }[];
  const callsDuring = async (work: () => Promise<unknown>): Promise<string[]> => {
    const before = new Map(agents.calls);
    await work();
    return [...agents.calls].filter(([id, count]) => count !== (before.get(id) ?? 0)).map(([id]) => id);
  };
  /** A run of the chain in which `b` failed, and which is mended now. */
  const failedChain = async (graphId?: string): Promise<RunAnswer> => {
    agents.broken.add('b');
    const graph_id = graphId ?? (await graph(CHAIN));
    const start = { graph_id, input: { v: 1 }, labels: { team: 'x' } };
    const failed = (await api.post('/runs?wait=20', start)).body as RunAnswer;
    expect(failed).toMatchObject({ status: 'FAILED', retry_of: null, root_run_id: failed.run_id });
    agents.broken.clear();
    return failed;
  };

  it('makes a new run that takes the successes over and runs the rest', async () => {
    const first = await failedChain();
    let retried: Retried | undefined;
    const called = await callsDuring(async () => {
      const answer = await retry(first.run_id);
      expect(answer).toMatchObject({ status: 202, body: { retry_of: first.run_id, reused: ['a'], rerun: ['b', 'c'] } });
      retried = answer.body as Retried;
      expect(answer.headers.get('location')).toBe(`/runs/${retried.run_id}`);
      await ended(retried.run_id);
    });
    expect(called).toEqual(['b', 'c']);
    const second = await ended(retried?.run_id ?? '');
    expect(second).toMatchObject({
      status: 'SUCCESS',
      progress: 100,
      retry_of: first.run_id,
      root_run_id: first.run_id,
      labels: { team: 'x' },
      input: { v: 1 },
      nodes: [
        { id: 'a', status: 'SUCCESS', attempts: 0, started_at: null, reused_from: first.run_id },
        { id: 'b', status: 'SUCCESS', attempts: 1, reused_from: null },
        { id: 'c', status: 'SUCCESS', attempts: 1 },
      ],
    });
    expect(await ended(first.run_id)).toMatchObject({ status: 'FAILED' });
    const list = (await api.get('/runs?label=team:x&limit=1')).body as { readonly items: readonly Fields[] };
    expect(list.items).toEqual([
      expect.objectContaining({ run_id: second.run_id, retry_of: first.run_id, root_run_id: first.run_id }),
    ]);
  });

  it('journals each reused success with the run it comes from, before anything else', async () => {
    const first = await failedChain();
    const { run_id } = await accepted(first.run_id);
    await ended(run_id);
    const log = await logOf(run_id);
    expect(log.slice(0, 3)).toMatchObject([
      { seq: 1, type: 'run.queued', data: { retry_of: first.run_id, root_run_id: first.run_id } },
      { seq: 2, type: 'node.reused', node_id: 'a', attempt: 0, progress: 33, data: { from_run: first.run_id } },
      { seq: 3, type: 'run.started' },
    ]);
    expect(log.map(({ seq }) => seq)).toEqual(log.map((_, index) => index + 1));
  });

  it('shows the input and output of a reused node, and streams node.reused', async () => {
    const first = await failedChain();
    const { run_id } = await accepted(first.run_id);
    await ended(run_id);
    const node = await api.get(`/runs/${run_id}/nodes/a`);
    expect(node.body).toMatchObject({ input: { v: 1 }, output: { v: 1, key: `${first.run_id}:a` } });
    const { events } = await readStream(await api.fetch(`/runs/${run_id}/stream`));
    expect(events.map(({ event }) => event)).toContain('node.reused');
  });

  it('hands the key of the first run on, over retries of retries, which keep the root', async () => {
    const first = await failedChain();
    agents.broken.add('c');
    const second = await ended((await accepted(first.run_id)).run_id);
    expect(second).toMatchObject({ status: 'FAILED' });
    agents.broken.clear();
    const { run_id, reused } = await accepted(second.run_id);
    expect(reused).toEqual(['a', 'b']);
    const third = await ended(run_id);
    expect(third).toMatchObject({ status: 'SUCCESS', retry_of: second.run_id, root_run_id: first.run_id });
    expect(third.nodes.map(({ reused_from }) => reused_from)).toEqual([first.run_id, second.run_id, null]);
    expect(third.result?.outputs).toMatchObject({
      a: { key: `${first.run_id}:a` },
      b: { key: `${first.run_id}:b` },
      c: { key: `${first.run_id}:c`, before: `${first.run_id}:b` },
    });
  });

  it('tells with dry_run what it would do, and starts nothing', async () => {
    const first = await failedChain();
    const { body: before } = await api.get('/runs?limit=1');
    const dry = await retry(first.run_id, { from: ['c'], dry_run: true });
    expect(dry).toMatchObject({ status: 200, body: { run_id: null, retry_of: first.run_id } });
    expect(dry.headers.get('location')).toBeNull();
    expect((await api.get('/runs?limit=1')).body).toEqual(before);
    const real = await accepted(first.run_id, { from: ['c'] });
    expect(dry.body).toEqual({ ...real, run_id: null });
    await ended(real.run_id);
  });

  it('makes one run under one Idempotency-Key', async () => {
    const first = await failedChain();
    const headers = { 'Idempotency-Key': 'again' };
    const one = await retry(first.run_id, {}, headers);
    const two = await retry(first.run_id, {}, headers);
    expect(two).toMatchObject({ status: 202, body: one.body });
    expect(two.headers.get('idempotency-replayed')).toBe('true');
    expect(await retry(first.run_id, { from: ['a'] }, headers)).toMatchObject({ status: 422 });
    await ended((one.body as Retried).run_id);
  });

  describe('of a run that succeeded', () => {
    it('is refused when nothing is to change', async () => {
      const done = await finishedRun();
      const nothing = { from: [], skip: [], params: {}, with_output: {}, graph_version: 1 };
      for (const body of [undefined, {}, nothing, { graph_version: 'latest' }]) {
        expect(await retry(done.run_id, body)).toMatchObject({
          status: 409,
          body: { type: '/problems/nothing-to-retry' },
        });
      }
    });

    it.each<[string, Fields, string[]]>([
      ['from', { from: ['b'] }, ['b', 'c']],
      ['another input', { input: { v: 2 } }, ['a', 'b', 'c']],
      ['other params', { params: { c: { x: 1 } } }, ['c']],
      ['the same input', { input: { v: 1 } }, []],
    ])('reruns what %s touches', async (_, body, rerun) => {
      const graph_id = await graph(CHAIN);
      const done = (await api.post('/runs?wait=20', { graph_id, input: { v: 1 } })).body as RunAnswer;
      const called = await callsDuring(async () => {
        const answer = await accepted(done.run_id, body);
        expect(answer.rerun).toEqual(rerun);
        expect(await ended(answer.run_id)).toMatchObject({ status: 'SUCCESS' });
      });
      expect(called).toEqual(rerun);
    });
  });

  it('refuses a run that has not ended', async () => {
    const { run_id } = await run({ nodes: [{ id: 'wait', type: 'agent.delay', params: { seconds: 60 } }] });
    expect(await retry(run_id)).toMatchObject({ status: 409, body: { type: '/problems/run-not-finished' } });
    await api.post(`/runs/${run_id}/cancel`);
  });

  it('retries a run that was cancelled', async () => {
    const { run_id } = await run({
      nodes: [fragile('a'), { id: 'wait', type: 'agent.test.gate' }],
      edges: [{ from: 'a', to: 'wait' }],
    });
    await waitFor('the gate to be reached', () => (agents.calls.get('wait') ?? 0) > 0);
    await api.post(`/runs/${run_id}/cancel`);
    await ended(run_id);
    const retried = await accepted(run_id);
    expect(retried).toMatchObject({ reused: ['a'], rerun: ['wait'] });
    await waitFor('the gate to be reached again', () => (agents.calls.get('wait') ?? 0) > 1);
    agents.release();
    expect(await ended(retried.run_id)).toMatchObject({ status: 'SUCCESS' });
  });

  it('can be cancelled as any other run', async () => {
    const graph_id = await graph({
      nodes: [...CHAIN.nodes, { id: 'gate', type: 'agent.test.gate' }],
      edges: [...CHAIN.edges, { from: 'c', to: 'gate' }],
    });
    const { run_id } = await accepted((await failedChain(graph_id)).run_id);
    await waitFor('the gate to be reached', () => (agents.calls.get('gate') ?? 0) > 0);
    expect(await api.post(`/runs/${run_id}/cancel`)).toMatchObject({ status: 202 });
    expect(await ended(run_id)).toMatchObject({
      status: 'CANCELLED',
      nodes: [{ status: 'SUCCESS', attempts: 0 }, {}, {}, { status: 'CANCELLED' }],
    });
  });

  it('skips on request, for no other reason, and decides what follows by the rules', async () => {
    const first = await failedChain();
    const { run_id, rerun } = await accepted(first.run_id, { skip: ['b'] });
    expect(rerun).toEqual(['c']);
    const second = await ended(run_id);
    expect(second).toMatchObject({
      status: 'SUCCESS',
      nodes: [
        { status: 'SUCCESS' },
        { skip_reason: 'skip_requested', skip_causes: [] },
        { skip_reason: 'upstream_skipped' },
      ],
    });
  });

  it('takes a given output in the place of a run of the node', async () => {
    const first = await failedChain();
    const called = await callsDuring(async () => {
      const answer = await accepted(first.run_id, { with_output: { b: { key: 'by hand' } } });
      expect(answer).toMatchObject({ reused: ['a'], rerun: ['c'] });
      const second = await ended(answer.run_id);
      expect(second.result?.outputs).toMatchObject({ b: { key: 'by hand' }, c: { before: 'by hand' } });
      expect(second.nodes[1]).toMatchObject({ status: 'SUCCESS', attempts: 0, reused_from: null });
    });
    expect(called).toEqual(['c']);
  });

  it('never reuses settled nodes, handlers, nor nodes that say reuse: never', async () => {
    const done = await finishedRun({
      nodes: [
        fragile('a'),
        fragile('watch', { join: 'settled' }),
        fragile('done'),
        fragile('fresh', { reuse: 'never' }),
      ],
      edges: [
        { from: 'a', to: 'watch' },
        { from: 'a', to: 'done', on: 'done' },
      ],
    });
    const answer = await retry(done.run_id, { input: {}, dry_run: true });
    expect(answer.body).toMatchObject({ reused: ['a'], rerun: ['watch', 'done', 'fresh'] });
  });

  it('decides skips again', async () => {
    const graph_id = await graph({
      nodes: [fragile('a'), fragile('one'), fragile('two')],
      edges: [
        { from: 'a', to: 'one', cond: 'input.v == 1' },
        { from: 'a', to: 'two', cond: 'input.v == 2' },
      ],
    });
    const done = (await api.post('/runs?wait=20', { graph_id, input: { v: 1 } })).body as RunAnswer;
    const { run_id } = await accepted(done.run_id, { input: { v: 2 } });
    expect((await ended(run_id)).nodes.map(({ status }) => status)).toEqual(['SUCCESS', 'SKIPPED', 'SUCCESS']);
  });

  describe('of another version of the graph', () => {
    it('runs the newest, and reuses what is the same in it', async () => {
      const graph_id = await graph(CHAIN);
      const first = await failedChain(graph_id);
      const nodes = [fragile('a', { label: 'first' }), fragile('b', { params: { fixed: true } }), fragile('d')];
      const edges = [...CHAIN.edges.slice(0, 2), { from: 'b', to: 'd' }];
      await api.put(`/graphs/${graph_id}`, { name: 'mended', nodes, edges });
      const { run_id, reused, rerun } = await accepted(first.run_id, { graph_version: 'latest' });
      expect({ reused, rerun }).toEqual({ reused: ['a'], rerun: ['b', 'd'] });
      const second = await ended(run_id);
      expect(second).toMatchObject({ status: 'SUCCESS', graph_version: 2, graph_name: 'mended' });
      expect(second.result?.outputs['b']).toMatchObject({ fixed: true });
      expect(await accepted(second.run_id, { graph_version: 1 })).toMatchObject({ reused: ['a'], rerun: ['b', 'c'] });
    });

    it('answers 404 to a version that is not there, and 409 when the graph is archived', async () => {
      const graph_id = await graph(CHAIN);
      const first = await failedChain(graph_id);
      expect(await retry(first.run_id, { graph_version: 7 })).toMatchObject({
        status: 404,
        body: { type: '/problems/graph-not-found' },
      });
      await api.delete(`/graphs/${graph_id}`);
      expect(await retry(first.run_id)).toMatchObject({ status: 409, body: { type: '/problems/graph-archived' } });
    });
  });

  it('keeps the options of the run, and of those before it the params', async () => {
    const graph_id = await graph({ ...CHAIN, options: { concurrency: 2 } });
    agents.broken.add('b');
    const start = { graph_id, input: { v: 1 }, options: { max_retries: 7 } };
    const first = (await api.post('/runs?wait=20', start)).body as RunAnswer;
    const second = await ended((await accepted(first.run_id, { params: { b: { x: 1 }, c: { y: 1 } } })).run_id);
    agents.broken.clear();
    const third = await ended((await accepted(second.run_id, { params: { b: { z: 2 } } })).run_id);
    expect(third.result?.outputs).toMatchObject({ b: { x: 1, z: 2 }, c: { y: 1 } });
    expect((await logOf(third.run_id))[0]?.data).toMatchObject({
      options: { max_retries: 7 },
      settings: { max_retries: 7, concurrency: 2 },
      params: { b: { x: 1, z: 2 }, c: { y: 1 } },
    });
    expect((await api.get(`/runs/${third.run_id}/nodes/b`)).body).toMatchObject({ params: { x: 1, z: 2 } });
  });

  it('treats nodes alike whatever they are called', async () => {
    const done = await finishedRun({ nodes: [fragile('__proto__'), fragile('constructor'), fragile('toString')] });
    const rawBody = '{"params":{"__proto__":{"x":1}},"with_output":{"constructor":{"given":true}},"from":["toString"]}';
    const answer = await api.post(`/runs/${done.run_id}/retry`, undefined, { rawBody });
    expect(answer).toMatchObject({ status: 202, body: { reused: [], rerun: ['__proto__', 'toString'] } });
    const { run_id } = answer.body as Retried;
    const { result } = await ended(run_id);
    expect(Object.entries(result?.outputs ?? {})).toEqual([
      ['__proto__', { x: 1, key: `${done.run_id}:__proto__` }],
      ['constructor', { given: true }],
      ['toString', { key: `${done.run_id}:toString` }],
    ]);
    const again = await retry(run_id, { from: ['toString'], dry_run: true });
    expect(again.body).toMatchObject({ reused: ['__proto__', 'constructor'] });
  });

  describe('refuses with a pointer', () => {
    const strict = {
      nodes: [
        { id: 's', type: 'agent.test.strict' },
        { id: 'f', type: 'agent.fetch', params: { url: 'http://127.0.0.1:2' } },
        fragile('a'),
      ],
    };
    let id: string;
    beforeAll(async () => {
      id = (
        await finishedRun({ ...strict, nodes: strict.nodes.map((node) => ({ ...node, optional: true, retries: 0 })) })
      ).run_id;
    });

    it.each<[string, Fields, string, string]>([
      ['an unknown node in from', { from: ['s', 'nope'] }, '/from/1', 'unknown-node'],
      ['an unknown node in skip', { skip: ['nope'] }, '/skip/0', 'unknown-node'],
      ['an unknown node in params', { params: { nope: {} } }, '/params/nope', 'unknown-node'],
      ['an unknown node in with_output', { with_output: { 'n/o': 1 } }, '/with_output/n~1o', 'unknown-node'],
      ['a node treated in two ways', { from: ['s'], skip: ['s'] }, '/skip/0', 'conflict'],
      ['an output that breaks the schema', { with_output: { s: { n: 'x' } } }, '/with_output/s/n', 'invalid-output'],
      ['a param that the agent does not know', { params: { f: { uri: 'x' } } }, '/params/f/uri', 'invalid-params'],
      ['a param of the wrong type', { params: { f: { method: 7 } } }, '/params/f/method', 'invalid-params'],
      ['a template that does not parse', { params: { a: { x: '${ 1 + }' } } }, '/params/a/x', 'invalid-template'],
      ['a template over a node beside', { params: { a: { x: '${ nodes.s.output }' } } }, '/params/a/x', 'not-upstream'],
      ['params that are no object', { params: { a: 1 } }, '/params/a', 'invalid'],
      ['an unknown field', { form: [] }, '/form', 'unknown-field'],
      ['a bad version', { graph_version: 'newest' }, '/graph_version', 'invalid-value'],
    ])('%s', async (_, body, pointer, code) => {
      const answer = await retry(id, body);
      expect(answer).toMatchObject({ status: 422, body: { type: '/problems/run-invalid', errors: [{ pointer }] } });
      expect((answer.body as { errors: readonly { code: string }[] }).errors[0]?.code).toBe(code);
    });

    it('a given output between a node and one that its template reads', async () => {
      const done = await finishedRun({
        nodes: [fragile('a'), fragile('b'), fragile('c', { params: { x: '${ nodes.a.output.key }' } })],
        edges: [
          { from: 'a', to: 'b' },
          { from: 'b', to: 'c' },
        ],
      });
      const answer = await retry(done.run_id, { from: ['a'], with_output: { b: {} } });
      expect(answer).toMatchObject({
        status: 422,
        body: { errors: [{ pointer: '/with_output', code: 'not-upstream' }] },
      });
    });

    it('an unknown run', async () => {
      expect(await retry('r_00000000000000000000000000')).toMatchObject({ status: 404 });
      expect(await retry(id, [] as unknown as Fields)).toMatchObject({ status: 400 });
    });
  });

  it('copies the files of reused nodes, and links to the copies', async () => {
    const graph_id = await graph({
      nodes: [{ id: 'c', type: 'agent.chart', params: { spec: { kind: 'bar' } } }, fragile('b')],
      edges: [
        { from: '$input', to: 'c', map: { series: 'series' } },
        { from: 'c', to: 'b', map: { link: 'chart_url' } },
      ],
    });
    agents.broken.add('b');
    const first = (await api.post('/runs?wait=20', { graph_id, input: { series: [1, 2] } })).body as RunAnswer;
    agents.broken.clear();
    const { run_id, reused } = await accepted(first.run_id);
    expect(reused).toEqual(['c']);
    const url = `/runs/${run_id}/artifacts/c.svg`;
    expect((await ended(run_id)).result?.outputs).toMatchObject({ c: { chart_url: url }, b: { link: url } });
    const [copy, original] = await Promise.all(
      [run_id, first.run_id].map(async (id) => (await api.fetch(`/runs/${id}/artifacts/c.svg`)).text()),
    );
    expect(copy).toMatch(/^<svg/);
    expect(copy).toBe(original);
    const again = await accepted(run_id, { from: ['b'] });
    expect(again.reused).toEqual(['c']);
    expect((await ended(again.run_id)).result?.outputs).toMatchObject({
      c: { chart_url: `/runs/${again.run_id}/artifacts/c.svg` },
    });
  });
});
