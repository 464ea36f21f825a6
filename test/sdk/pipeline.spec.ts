import type { RunEvent } from '../../sdk/typescript/src/index.js';
import { WandConnectionError, WandProblem, operations } from '../../sdk/typescript/src/index.js';
import { freePort } from '../support/free-port.js';
import { type TestAgents, registerTestAgents } from '../support/test-agents.js';
import { useApi } from '../support/use-api.js';
import { waitFor } from '../support/wait-for.js';
import { clientOf, collect, errorOf } from './support/use-client.js';

const ECHO = { name: 'echo', nodes: [{ id: 'a', type: 'agent.echo', params: { x: 1 } }], edges: [] };
const GATE = { name: 'gate', nodes: [{ id: 'held', type: 'agent.test.gate' }], edges: [] };

describe('The TypeScript client', () => {
  const api = useApi({ env: { SHUTDOWN_GRACE_SEC: '0' } });
  let agents: TestAgents;
  beforeAll(() => {
    agents = registerTestAgents(api.service);
  });
  const wand = (options: Parameters<typeof clientOf>[1] = {}) => clientOf(api.url, options);

  const finished = async (labels?: Record<string, string>) => {
    const { graph_id } = await wand().graphs.create(ECHO);
    const { run_id } = await wand().runs.start({ graph_id, labels });
    return wand().runs.wait(run_id);
  };

  it('creates, starts, streams to the end and reads what came out', async () => {
    const { graph_id } = await wand().graphs.create({
      name: 'chart',
      nodes: [
        { id: 'count', type: 'agent.analyze' },
        { id: 'draw', type: 'agent.chart', params: { spec: { kind: 'bar' } } },
      ],
      edges: [
        { from: '$input', to: 'count', map: { text: 'text' } },
        { from: 'count', to: 'draw', map: { series: 'insights' } },
      ],
    });
    const { run_id } = await wand().runs.start({ graph_id, input: { text: 'one two three' } });
    const events = await collect(wand().runs.stream(run_id));
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(events.every((event) => event.run_id === run_id)).toBe(true);
    expect(events.at(-1)?.type).toBe('run.succeeded');
    const run = await wand().runs.get(run_id);
    expect(run).toMatchObject({ status: 'SUCCESS', progress: 100 });
    const [file] = await wand().runs.artifacts(run_id);
    const blob = await wand().runs.artifact(run_id, file?.name ?? '');
    expect([blob.type, blob.size]).toEqual([file?.content_type, file?.bytes]);
    const journal = await new Response(await wand().runs.journal(run_id)).text();
    expect(journal.trimEnd().split('\n')).toHaveLength(events.length + 1);
    const node = await wand().runs.node(run_id, 'draw');
    expect(node).toMatchObject({ status: 'SUCCESS', output: { points: expect.any(Number) } });
    expect((await wand().runs.explain(run_id, { node: 'draw' })).node?.status).toBe('SUCCESS');
  });

  it('streams after the event that it is told, and waits for an end that has been', async () => {
    const { run_id } = await finished();
    const events = await collect(wand().runs.stream(run_id, { afterSeq: 3 }));
    expect(events[0]?.seq).toBe(4);
    expect((await wand().runs.wait(run_id)).status).toBe('SUCCESS');
  });

  it('hangs up when the loop is left, or when it is aborted', async () => {
    const { graph_id } = await wand().graphs.create(GATE);
    const { run_id } = await wand().runs.start({ graph_id });
    for await (const event of wand().runs.stream(run_id)) if (event.type === 'node.started') break;
    const abort = new AbortController();
    const seen: RunEvent[] = [];
    const watching = (async () => {
      for await (const event of wand().runs.stream(run_id, { signal: abort.signal })) seen.push(event);
    })();
    await waitFor('the stream to be live', () => seen.length > 0);
    abort.abort(new Error('enough'));
    await expect(watching).rejects.toThrow('enough');
    await expect(wand().runs.wait(run_id, { signal: AbortSignal.timeout(50) })).rejects.toMatchObject({
      name: 'TimeoutError',
    });
    expect(await wand().runs.cancel(run_id)).toMatchObject({ ok: true, run_id });
    expect((await wand().runs.wait(run_id)).status).toBe('CANCELLED');
    agents.release();
  });

  it('says what was wrong in an error with a code', async () => {
    const invalid = { ...ECHO, nodes: [{ id: 'a', type: 'agent.ehco' }] };
    const error = await errorOf(wand().graphs.create(invalid));
    expect(error).toBeInstanceOf(WandProblem);
    expect(error).toMatchObject({
      code: 'graph-invalid',
      status: 422,
      errors: [{ pointer: '/nodes/0/type', code: 'unknown-agent' }],
      requestId: expect.any(String),
      problem: { type: '/problems/graph-invalid' },
    });
    expect(await errorOf(wand().runs.get('r_unknown'))).toMatchObject({ code: 'run-not-found', status: 404 });
    expect(await errorOf(collect(wand().runs.stream('r_unknown')))).toMatchObject({ code: 'run-not-found' });
    expect(await errorOf(wand({ apiKey: 'wrong' }).graphs.list().first())).toMatchObject({ code: 'unauthorized' });
    const { run_id } = await finished();
    expect(await errorOf(wand().runs.cancel(run_id))).toMatchObject({ code: 'run-finished', status: 409 });
  });

  it('says that nobody answered, with the cause', async () => {
    const nowhere = clientOf(`http://127.0.0.1:${await freePort()}`, { retries: 1 });
    const error = await errorOf(nowhere.health());
    expect(error).toBeInstanceOf(WandConnectionError);
    expect(error).toMatchObject({ message: 'GET /health: no answer came', cause: expect.anything() });
    await expect(collect(nowhere.runs.stream('r_x', { giveUpAfterMs: 0 }))).rejects.toBeInstanceOf(WandConnectionError);
  });

  it('gives lists item by item and page by page', async () => {
    const labels = { batch: 'pages' };
    const ids: string[] = [];
    for (let index = 0; index < 5; index++) ids.unshift((await finished(labels)).run_id);
    const query = { limit: 2, label: ['batch:pages'], status: ['SUCCESS' as const, 'FAILED' as const] };
    const items = await collect(wand().runs.list(query));
    expect(items.map(({ run_id }) => run_id)).toEqual(ids);
    const pages = await collect(wand().runs.list(query).pages());
    expect(pages.map((page) => page.items.length)).toEqual([2, 2, 1]);
    const [run_id = ''] = ids;
    const whole = await collect(wand().runs.logs(run_id));
    expect(await collect(wand().runs.logs(run_id, { limit: 2 }))).toEqual(whole);
    expect((await collect(wand().graphs.list({ limit: 3, name: 'echo' }))).length).toBeGreaterThanOrEqual(5);
  });

  it('retries a run, and reads, replaces and archives a graph', async () => {
    const run = await finished();
    const retried = await wand().runs.retry(run.run_id, { from: ['a'] });
    expect(retried).toMatchObject({ retry_of: run.run_id, rerun: ['a'] });
    expect((await wand().runs.wait(retried.run_id ?? '')).retry_of).toBe(run.run_id);
    expect(await wand().graphs.replace(run.graph_id, { ...ECHO, name: 'other' })).toMatchObject({ version: 2 });
    expect(await wand().graphs.get(run.graph_id, { version: 1 })).toMatchObject({ name: 'echo' });
    expect(await wand().graphs.validate(ECHO)).toMatchObject({ valid: true });
    expect(await wand().graphs.simulate({ graph: ECHO })).toMatchObject({ status: 'SUCCESS' });
    await wand().graphs.archive(run.graph_id);
    expect(await errorOf(wand().runs.start({ graph_id: run.graph_id }))).toMatchObject({ code: 'graph-archived' });
    await wand().runs.delete(run.run_id);
    expect(await errorOf(wand().runs.get(run.run_id))).toMatchObject({ code: 'run-not-found' });
  });

  it('starts once what is started twice with one key', async () => {
    const { graph_id } = await wand().graphs.create(ECHO);
    const first = await wand().runs.start({ graph_id }, { idempotencyKey: 'order 17' });
    expect(await wand().runs.start({ graph_id }, { idempotencyKey: 'order 17' })).toEqual(first);
    expect(await errorOf(wand().runs.start({ graph_id, input: 1 }, { idempotencyKey: 'order 17' }))).toMatchObject({
      code: 'idempotency-mismatch',
    });
  });

  it('watches all runs', async () => {
    const abort = new AbortController();
    const seen: RunEvent[] = [];
    const watching = (async () => {
      for await (const event of wand().runs.watchAll({ signal: abort.signal })) seen.push(event);
    })();
    const run = await waitFor('a run to be seen', async () => {
      const { run_id } = await finished();
      return seen.some((event) => event.run_id === run_id && event.type === 'run.succeeded') && run_id;
    });
    abort.abort();
    await expect(watching).rejects.toMatchObject({ name: 'AbortError' });
    expect(seen.filter(({ run_id }) => run_id === run).map(({ type }) => type)).toContain('run.started');
  });

  it('asks for its token before every call, and reaches operations that have no method', async () => {
    let asked = 0;
    const token = () => {
      asked++;
      return 'test-key-0123456789abcdef0123456789abcdef';
    };
    const client = wand({ apiKey: undefined, token });
    const { data } = await operations.getReadiness({ client: client.http, throwOnError: true });
    expect(data.status).toBe('ok');
    expect((await client.agents()).map(({ type }) => type)).toContain('agent.echo');
    expect((await client.tools()).length).toBeGreaterThan(0);
    expect(asked).toBe(3);
  });
});
