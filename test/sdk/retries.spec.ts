import { WandConnectionError } from '../../sdk/typescript/src/index.js';
import { FlakyServer } from '../support/flaky-server.js';
import { useApi } from '../support/use-api.js';
import { TcpProxy } from './support/tcp-proxy.js';
import { clientOf, collect, errorOf } from './support/use-client.js';

const ECHO = { name: 'echo', nodes: [{ id: 'a', type: 'agent.echo' }], edges: [] };

describe('A call of the client that gets no good answer', () => {
  let server: FlakyServer;
  beforeEach(async () => {
    server = await FlakyServer.start();
  });
  afterEach(() => server.stop());

  const methods = () => server.requests.map(({ method }) => method);

  it.each([429, 503])('is made again after a %i, whatever it does', async (status) => {
    server.answers(status, 200);
    await clientOf(server.url).graphs.replace('g_x', ECHO);
    expect(methods()).toEqual(['PUT', 'PUT']);
  });

  it.each([502, 504])('is made again after a %i only if it may happen twice', async (status) => {
    server.answers(status);
    const client = clientOf(server.url, { retries: 1 });
    expect(await errorOf(client.runs.get('r_x'))).toMatchObject({ status, code: 'unexpected-answer' });
    expect(methods()).toEqual(['GET', 'GET']);
    expect(await errorOf(client.runs.delete('r_x'))).toMatchObject({ status });
    expect(methods()).toEqual(['GET', 'GET', 'DELETE']);
  });

  it('carries one key through all attempts', async () => {
    server.answers(503, 502, 202);
    await clientOf(server.url).runs.start({ graph_id: 'g' });
    const keys = server.requests.map(({ headers }) => headers['idempotency-key']);
    expect(keys).toHaveLength(3);
    expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(new Set(keys).size).toBe(1);
  });

  it('is not made again after an error that stays, nor when the server wants to be left alone for long', async () => {
    server.answers(422);
    expect(await errorOf(clientOf(server.url).graphs.create(ECHO))).toMatchObject({ status: 422 });
    server.answersWith({ status: 429, headers: { 'Retry-After': '3600' } });
    expect(await errorOf(clientOf(server.url).graphs.create(ECHO))).toMatchObject({ status: 429 });
    expect(methods()).toEqual(['POST', 'POST']);
  });

  it('ends at once when it is aborted between two attempts', async () => {
    server.answersWith({ status: 503, headers: { 'Retry-After': '30' } });
    const started = performance.now();
    await expect(clientOf(server.url).runs.get('r_x', { signal: AbortSignal.timeout(100) })).rejects.toMatchObject({
      name: 'TimeoutError',
    });
    expect(performance.now() - started).toBeLessThan(20_000);
  });
});

describe('A stream of the client', () => {
  it('ends with an error where something else than a stream answers', async () => {
    const server = await FlakyServer.start();
    try {
      const streaming = collect(clientOf(server.url).runs.stream('r_x'));
      expect(await errorOf(streaming)).toMatchObject({ status: 200, code: 'unexpected-answer' });
    } finally {
      await server.stop();
    }
  });
});

describe('A stream of the client with a token of its own', () => {
  it('sends the token and no other credentials, a new one for each connection', async () => {
    const server = await FlakyServer.start();
    try {
      const opened = { status: 200, headers: { 'Content-Type': 'text/event-stream' } };
      server.answersWith({ status: 503 }, opened, { status: 404 });
      let asked = 0;
      const streamToken = () => `token ${++asked}`;
      const streaming = collect(clientOf(server.url).runs.stream('r_x', { streamToken, afterSeq: 5 }));
      expect(await errorOf(streaming)).toMatchObject({ status: 404 });
      expect(server.requests.map(({ url, headers }) => [url, headers['last-event-id'], headers['x-api-key']])).toEqual([
        ['/runs/r_x/stream?access_token=token%201', '5', undefined],
        ['/runs/r_x/stream?access_token=token%202', '5', undefined],
        ['/runs/r_x/stream?access_token=token%203', '5', undefined],
      ]);
    } finally {
      await server.stop();
    }
  });
});

describe('A call of the client whose answer is lost on the way', () => {
  const api = useApi();
  let proxy: TcpProxy;
  beforeEach(async () => {
    proxy = await TcpProxy.start(api.url);
  });
  afterEach(() => proxy.stop());

  /** Loses the first answers, then none. */
  const fetchLosing = (lost: number) => async (url: string, init: RequestInit) => {
    if (proxy.cutConnections < lost) proxy.cutAnswersAfter(0);
    else proxy.letThrough();
    return fetch(url, init);
  };

  it('starts one run, however often it is made', async () => {
    const { graph_id } = await clientOf(api.url).graphs.create(ECHO);
    const client = clientOf(proxy.url, { fetch: fetchLosing(2) });
    const { run_id } = await client.runs.start({ graph_id });
    expect(proxy.cutConnections).toBe(2);
    const runs = await collect(clientOf(api.url).runs.list({ graph_id }));
    expect(runs.map((run) => run.run_id)).toEqual([run_id]);
  });

  it('tells the caller when only the caller can know', async () => {
    const { graph_id } = await clientOf(api.url).graphs.create(ECHO);
    const client = clientOf(proxy.url, { fetch: fetchLosing(1) });
    expect(await errorOf(client.graphs.replace(graph_id, ECHO))).toBeInstanceOf(WandConnectionError);
    expect(await clientOf(api.url).graphs.get(graph_id)).toMatchObject({ version: 2 });
  });

  it('streams on where the connection broke, again and again', async () => {
    const nodes = Array.from({ length: 20 }, (_, index) => ({ id: `n${index}`, type: 'agent.echo' }));
    const { graph_id } = await clientOf(api.url).graphs.create({ name: 'wide', nodes, edges: [] });
    const { run_id } = await clientOf(api.url).runs.start({ graph_id });
    await clientOf(api.url).runs.wait(run_id);
    // The head of an answer, the start of the stream and some events.
    proxy.cutAnswersAfter(4_000);
    const streamed = await collect(clientOf(proxy.url).runs.stream(run_id));
    expect(proxy.cutConnections).toBeGreaterThan(1);
    expect(streamed.map(({ run_id: _, ...entry }) => entry)).toEqual(
      await collect(clientOf(api.url).runs.logs(run_id)),
    );
  });
});
