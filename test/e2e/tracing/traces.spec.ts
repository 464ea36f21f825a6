import { FlakyServer } from '../../support/flaky-server.js';
import { type Given, given } from '../../support/given.js';
import { registerTestAgents } from '../../support/test-agents.js';
import { waitFor } from '../../support/wait-for.js';
import { useTracedApi } from './use-traced-api.js';

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const CLIENT_SPAN_ID = '00f067aa0ba902b7';
const traceparent = (flags: '00' | '01', traceId = TRACE_ID): string => `00-${traceId}-${CLIENT_SPAN_ID}-${flags}`;

interface Started {
  readonly run_id: string;
}

describe('traces', () => {
  const traced = useTracedApi();
  const { api } = traced;
  let make: Given;
  let target: FlakyServer;

  beforeAll(async () => {
    registerTestAgents(api.service);
    make = given(api);
    target = await FlakyServer.start();
  });
  beforeEach(() => {
    target.answers(200);
    target.requests.length = 0;
  });
  afterAll(() => target.stop());

  const fetching = (params: object = {}) => ({
    name: 'fetching',
    nodes: [{ id: 'call', type: 'agent.fetch', params: { url: `${target.url}path?key=hidden`, ...params } }],
    edges: [],
  });

  const start = async (graphId: string, headers: Record<string, string>): Promise<string> => {
    const answer = await api.post('/runs?wait=20', { graph_id: graphId }, { headers });
    expect(answer.status).toBe(200);
    return (answer.body as Started).run_id;
  };

  it('lead from the request over the run and the attempt to the call of the agent', async () => {
    const { receiver } = traced;
    const run = await make.finishedRun(fetching());
    expect(run.status).toBe('SUCCESS');
    const runSpan = await receiver.runSpan(run.run_id);
    const attempt = await receiver.attemptSpan(run.run_id, 'call');
    const call = await receiver.span('the call', ({ parentSpanId }) => parentSpanId === attempt.spanId);
    const request = await receiver.span('the request', ({ spanId }) => spanId === runSpan.parentSpanId);

    expect(request).toMatchObject({
      name: 'POST /runs',
      kind: 'server',
      parentSpanId: undefined,
      status: 'unset',
      attributes: {
        'http.request.method': 'POST',
        'http.route': '/runs',
        'http.response.status_code': 200,
        'url.path': '/runs',
        'url.scheme': 'http',
        'server.address': '127.0.0.1',
        'server.port': Number(new URL(api.url).port),
        'wand.request.id': expect.any(String),
      },
    });
    expect(runSpan).toMatchObject({
      name: 'run fetching',
      kind: 'internal',
      status: 'unset',
      attributes: {
        'wand.run.id': run.run_id,
        'wand.graph.id': run.graph_id,
        'wand.graph.name': 'fetching',
        'wand.graph.version': 1,
        'wand.run.status': 'SUCCESS',
      },
    });
    expect(runSpan.events.map(({ name }) => name)).toEqual(['wand.run.started']);
    expect(attempt).toMatchObject({
      name: 'attempt agent.fetch',
      kind: 'internal',
      parentSpanId: runSpan.spanId,
      status: 'unset',
      attributes: {
        'wand.node.id': 'call',
        'wand.node.attempt': 1,
        'wand.agent.type': 'agent.fetch',
        'wand.attempt.outcome': 'succeeded',
      },
    });
    expect(call).toMatchObject({
      name: 'GET',
      kind: 'client',
      status: 'unset',
      attributes: {
        'http.request.method': 'GET',
        'http.response.status_code': 200,
        'url.full': `${target.url}path`,
        'server.address': '127.0.0.1',
        'server.port': Number(new URL(target.url).port),
      },
    });
    expect(new Set([request, runSpan, attempt, call].map(({ traceId }) => traceId)).size).toBe(1);
    expect(runSpan.startedAt).toBeLessThanOrEqual(attempt.startedAt);
    expect(attempt.endedAt).toBeLessThanOrEqual(runSpan.endedAt);
    expect(request.resource).toMatchObject({
      'service.name': 'Wand Orchestrator',
      'service.version': expect.stringMatching(/^\d+\.\d+\.\d+/),
      'service.instance.id': expect.any(String),
      'deployment.environment.name': 'testing',
      'telemetry.sdk.language': 'nodejs',
    });
  });

  it('go on where the caller’s begin, and travel on to what agents call', async () => {
    const { receiver } = traced;
    const graphId = await make.graph(fetching());
    const runId = await start(graphId, { traceparent: traceparent('01'), tracestate: 'vendor=x' });
    const attempt = await receiver.attemptSpan(runId, 'call');
    const request = await receiver.span('the request', ({ parentSpanId }) => parentSpanId === CLIENT_SPAN_ID);
    const call = await receiver.span('the call', ({ parentSpanId }) => parentSpanId === attempt.spanId);
    expect([request, attempt, call].map(({ traceId }) => traceId)).toEqual([TRACE_ID, TRACE_ID, TRACE_ID]);
    expect(target.requests[0]?.headers).toMatchObject({
      traceparent: `00-${TRACE_ID}-${call.spanId}-01`,
      tracestate: 'vendor=x',
    });
    const [queued] = (await api.get(`/runs/${runId}/logs`)).body as [object];
    expect(queued).toMatchObject({
      data: { trace: { traceparent: `00-${TRACE_ID}-${request.spanId}-01`, tracestate: 'vendor=x' } },
    });
  });

  it.each([
    ['garbage'],
    ['00-00000000000000000000000000000000-00f067aa0ba902b7-01'],
    [`ff-${TRACE_ID}-${CLIENT_SPAN_ID}-01`],
    [`00-${TRACE_ID.toUpperCase()}-${CLIENT_SPAN_ID}-01`],
    [`00-${TRACE_ID}-${CLIENT_SPAN_ID}-01-more`],
  ])('begin anew where the caller sends %s', async (header) => {
    const { receiver } = traced;
    const runId = await start(await make.graph(), { traceparent: header });
    const run = await receiver.runSpan(runId);
    const request = await receiver.span('the request', ({ spanId }) => spanId === run.parentSpanId);
    expect(request.parentSpanId).toBeUndefined();
    expect(request.traceId).not.toBe(TRACE_ID);
  });

  it('are not recorded where the caller does not record, and say so to what agents call', async () => {
    const { receiver } = traced;
    const traceId = 'a'.repeat(32);
    const runId = await start(await make.graph(fetching()), { traceparent: traceparent('00', traceId) });
    expect(target.requests[0]?.headers['traceparent']).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-00$`));
    // What is recorded after it has arrived: so would have what was before.
    await receiver.runSpan(await start(await make.graph(), {}));
    expect(receiver.spans.filter((span) => span.traceId === traceId)).toEqual([]);
    expect(receiver.spans.filter(({ attributes }) => attributes['wand.run.id'] === runId)).toEqual([]);
  });

  it('leave a traceparent alone that the graph’s author has set', async () => {
    const { receiver } = traced;
    const own = traceparent('01', 'b'.repeat(32));
    const runId = await start(await make.graph(fetching({ headers: { Traceparent: own } })), {});
    const attempt = await receiver.attemptSpan(runId, 'call');
    await receiver.span('the call', ({ parentSpanId }) => parentSpanId === attempt.spanId);
    expect(target.requests[0]?.headers['traceparent']).toBe(own);
  });

  it('show every attempt, why it failed and how long the next one waited', async () => {
    const { receiver } = traced;
    target.answers(503, 503, 200);
    const retry = { base_sec: 0.01, jitter: 'none' };
    const graph = fetching();
    const run = await make.finishedRun({
      ...graph,
      nodes: [{ ...graph.nodes[0], retries: 2, retry }],
    });
    expect(run.status).toBe('SUCCESS');
    const runSpan = await receiver.runSpan(run.run_id);
    const attempts = await Promise.all([1, 2, 3].map((number) => receiver.attemptSpan(run.run_id, 'call', number)));
    expect(attempts.map(({ parentSpanId }) => parentSpanId)).toEqual(attempts.map(() => runSpan.spanId));
    expect(attempts.map(({ attributes }) => attributes['wand.attempt.outcome'])).toEqual([
      'retrying',
      'retrying',
      'succeeded',
    ]);
    expect(attempts[0]).toMatchObject({
      status: 'error',
      statusMessage: expect.stringContaining('503'),
      attributes: { 'error.type': 'HttpError' },
      events: [{ name: 'wand.node.retry', attributes: { 'wand.retry.wait_ms': 10 } }],
    });
    expect(attempts[2]).toMatchObject({ status: 'unset', events: [] });
    const call = await receiver.span('the first call', ({ parentSpanId }) => parentSpanId === attempts[0]?.spanId);
    expect(call).toMatchObject({
      status: 'error',
      attributes: { 'error.type': '503', 'http.response.status_code': 503 },
    });
    expect(runSpan.status).toBe('unset');
  });

  it('say how a run failed', async () => {
    const { receiver } = traced;
    target.answers(404);
    const run = await make.finishedRun(fetching());
    expect(run.status).toBe('FAILED');
    expect(await receiver.runSpan(run.run_id)).toMatchObject({
      status: 'error',
      statusMessage: expect.stringContaining('404'),
      attributes: { 'wand.run.status': 'FAILED', 'error.type': 'HttpError' },
    });
    expect(await receiver.attemptSpan(run.run_id, 'call')).toMatchObject({
      status: 'error',
      attributes: { 'wand.attempt.outcome': 'failed', 'error.type': 'HttpError' },
    });
  });

  it('say what became of a call that was never answered', async () => {
    const { receiver } = traced;
    const run = await make.finishedRun(fetching({ url: 'http://127.0.0.1:2/' }), { options: { max_retries: 0 } });
    const attempt = await receiver.attemptSpan(run.run_id, 'call');
    const call = await receiver.span('the call', ({ parentSpanId }) => parentSpanId === attempt.spanId);
    expect(call).toMatchObject({ status: 'error', attributes: { 'error.type': 'ECONNREFUSED' } });
    expect(attempt.attributes['error.type']).toBe('NetworkError');
  });

  it('show each redirect as a call of its own', async () => {
    const { receiver } = traced;
    target.answersWith({ status: 302, headers: { Location: '/next' } }, { status: 200 });
    const run = await make.finishedRun(fetching());
    const attempt = await receiver.attemptSpan(run.run_id, 'call');
    const calls = await waitFor('both calls', () => {
      const found = receiver.childrenOf(attempt);
      return found.length === 2 && found;
    });
    const seen = calls.map(({ attributes }) => [attributes['url.full'], attributes['http.response.status_code']]);
    expect(seen.sort()).toEqual([
      [`${target.url}next`, 200],
      [`${target.url}path`, 302],
    ]);
    expect(new Set(target.requests.map(({ headers }) => headers['traceparent'])).size).toBe(2);
  });

  it('show a cancelled run and its attempt', async () => {
    const { receiver } = traced;
    const { run_id } = await make.run({ nodes: [{ id: 'held', type: 'agent.test.gate' }] });
    await make.runThatIs('RUNNING', run_id);
    await api.post(`/runs/${run_id}/cancel`);
    const run = await receiver.runSpan(run_id);
    expect(run).toMatchObject({ status: 'unset', attributes: { 'wand.run.status': 'CANCELLED' } });
    expect(run.events.map(({ name }) => name)).toEqual(['wand.run.started', 'wand.run.cancel_requested']);
    const attempt = await receiver.attemptSpan(run_id, 'held');
    expect(attempt.attributes['wand.attempt.outcome']).toBe('cancelled');
  });

  it('link a retry to the run that it retries', async () => {
    const { receiver } = traced;
    target.answers(404, 200);
    const first = await make.finishedRun(fetching());
    const answer = await api.post(`/runs/${first.run_id}/retry`);
    const { run_id } = answer.body as Started;
    const [before, after] = [await receiver.runSpan(first.run_id), await receiver.runSpan(run_id)];
    expect(after.links).toEqual([{ traceId: before.traceId, spanId: before.spanId }]);
    expect(after.attributes['wand.run.retry_of']).toBe(first.run_id);
    expect(after.traceId).not.toBe(before.traceId);
    const request = await receiver.span('the request', ({ spanId }) => spanId === after.parentSpanId);
    expect(request.name).toBe('POST /runs/:run_id/retry');
  });

  it('name requests by their route, and none by what a client made up', async () => {
    const { receiver } = traced;
    const names = async (path: string): Promise<string> => {
      const traceId = Buffer.from(path.padEnd(16, '.').slice(-16)).toString('hex');
      await api.get(path, { headers: { traceparent: traceparent('01', traceId) } });
      return (await receiver.span(path, (span) => span.traceId === traceId)).name;
    };
    expect(await names('/runs/r_nobody?access_token=hidden')).toBe('GET /runs/:run_id');
    expect(await names('/no/such/thing')).toBe('GET');
  });

  it('do not tell of probes and metrics, of queries and of keys', async () => {
    const { receiver } = traced;
    await api.get('/health/ready');
    await api.get('/metrics');
    await api.get('/runs?label=hidden:hidden');
    await receiver.runSpan((await make.finishedRun()).run_id);
    const paths = receiver.spans.map(({ attributes }) => attributes['url.path']);
    expect(paths).toContain('/runs');
    expect(paths.filter((path) => /^\/(health|metrics)/.test(String(path)))).toEqual([]);
    const bodies = receiver.requests.map(({ body }) => body).join('');
    expect(bodies).not.toContain('hidden');
    expect(bodies).not.toContain('test-key-');
  });

  it('are counted', async () => {
    await traced.receiver.runSpan((await make.finishedRun()).run_id);
    const count = await waitFor('the count', async () => {
      const text = (await api.get('/metrics')).body as string;
      return Number(/^wand_trace_spans_total\{outcome="exported"\} (\d+)$/m.exec(text)?.[1]) || undefined;
    });
    expect(count).toBeLessThanOrEqual(traced.receiver.spans.length);
  });
});
