import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BuiltService } from '../../support/built-service.js';
import { CallCounter } from '../../support/call-counter.js';
import { freePort } from '../../support/free-port.js';
import { OtlpReceiver } from '../../support/otlp-receiver.js';
import { waitFor } from '../../support/wait-for.js';

interface Run {
  readonly run_id: string;
  readonly status: string;
}

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';

/** The built service in a process of its own, as in production. */
describe('a process that traces', () => {
  let folder: string;
  let receiver: OtlpReceiver;
  let counter: CallCounter;
  const services: BuiltService[] = [];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'wand-tracing-'));
    receiver = await OtlpReceiver.start();
    counter = await CallCounter.start();
  });
  afterEach(async () => {
    for (const service of services.splice(0)) await service.stop('SIGKILL');
    await counter.stop();
    await receiver.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const start = async (env: Readonly<Record<string, string>> = {}): Promise<BuiltService> => {
    const service = await BuiltService.start({
      database: join(folder, 'wand.db'),
      env: { MONITORING__ENABLE_TRACING: 'true', MONITORING__OTLP_ENDPOINT: receiver.url, ...env },
    });
    services.push(service);
    return service;
  };
  const graphOn = async (service: BuiltService): Promise<string> => {
    const call = (id: string) => ({ id, type: 'agent.fetch', params: { url: `${counter.url}/${id}` } });
    const { graph_id } = await service.post<{ graph_id: string }>('/graphs', {
      name: 'two calls',
      nodes: [call('first'), call('second')],
      edges: [{ from: 'first', to: 'second' }],
    });
    return graph_id;
  };
  const finish = (service: BuiltService, runId: string): Promise<Run> =>
    waitFor('the run to end', async () => {
      const run = await service.json<Run>(`/runs/${runId}`);
      return ['SUCCESS', 'FAILED', 'CANCELLED'].includes(run.status) && run;
    });
  const runOn = async (service: BuiltService, headers: Readonly<Record<string, string>> = {}): Promise<string> => {
    const body = JSON.stringify({ graph_id: await graphOn(service) });
    return (await service.json<Run>('/runs', { method: 'POST', body, headers })).run_id;
  };

  it('goes on in the same trace after kill -9, and tells of the attempt that died', async () => {
    counter.shut('/second');
    const before = await start();
    const traceparent = `00-${TRACE_ID}-b7ad6b7169203331-01`;
    const runId = await runOn(before, { traceparent });
    const first = await receiver.attemptSpan(runId, 'first');
    await waitFor('the second call', () => counter.calls.includes('/second'));
    await before.stop('SIGKILL');
    counter.open();
    const after = await start();
    expect(await finish(after, runId)).toMatchObject({ status: 'SUCCESS' });

    const run = await receiver.runSpan(runId);
    const [died, again] = [await receiver.attemptSpan(runId, 'second'), await receiver.attemptSpan(runId, 'second', 2)];
    expect([first, run, died, again].map(({ traceId }) => traceId)).toEqual(Array.from({ length: 4 }, () => TRACE_ID));
    expect([first, died, again].map(({ parentSpanId }) => parentSpanId)).toEqual(
      Array.from({ length: 3 }, () => run.spanId),
    );
    const request = await receiver.span('the request', ({ spanId }) => spanId === run.parentSpanId);
    expect(request).toMatchObject({ name: 'POST /runs', parentSpanId: 'b7ad6b7169203331' });
    expect(died).toMatchObject({
      status: 'error',
      attributes: { 'wand.attempt.outcome': 'interrupted', 'error.type': 'Interrupted' },
    });
    expect(died.startedAt).toBeGreaterThanOrEqual(first.endedAt);
    expect(died.endedAt).toBeLessThanOrEqual(again.startedAt);
    expect(again.attributes['wand.attempt.outcome']).toBe('succeeded');
    // The run as a whole, told by the process that saw it end.
    expect(run.startedAt).toBeLessThanOrEqual(first.startedAt);
    expect(run.events.map(({ name }) => name)).toEqual(['wand.run.started', 'wand.run.recovered']);
    expect(run.attributes['wand.run.epoch']).toBe(1);
    expect(run.resource['service.instance.id']).not.toBe(first.resource['service.instance.id']);
  });

  it('sends what it still has when it is told to stop', async () => {
    const service = await start();
    const runId = await runOn(service);
    await finish(service, runId);
    expect(await service.stop('SIGTERM')).toBe(0);
    expect(receiver.spans.filter(({ attributes }) => attributes['wand.run.id'] === runId)).toHaveLength(3);
  });

  it('runs as ever, stops in time and says it once when nobody takes its traces', async () => {
    const service = await start({ MONITORING__OTLP_ENDPOINT: `http://127.0.0.1:${await freePort()}` });
    for (let run = 0; run < 5; run++) await finish(service, await runOn(service));
    const begun = performance.now();
    expect(await service.stop('SIGTERM')).toBe(0);
    expect(performance.now() - begun).toBeLessThan(10_000);
    expect(service.log.match(/spans could not be sent/g)).toHaveLength(1);
  });

  it('sends the headers that the receiver asks for to the path of OTLP, and shows them to nobody', async () => {
    const service = await start({ MONITORING__OTLP_HEADERS: '{"x-vendor-key":"vendor-secret-value"}' });
    await finish(service, await runOn(service));
    const [request] = await waitFor('a batch', () => receiver.requests.length > 0 && receiver.requests);
    expect(request).toMatchObject({ path: '/v1/traces', headers: { 'x-vendor-key': 'vendor-secret-value' } });
    const config = await service.request('/config');
    expect(await config.text()).not.toContain('vendor-secret-value');
  });

  it('writes trace and span into the lines of its log', async () => {
    const service = await start();
    await runOn(service, { traceparent: `00-${TRACE_ID}-b7ad6b7169203331-01` });
    const line = await waitFor('the line of the request', () =>
      service.log
        .split('\n')
        .filter((text) => text.startsWith('{'))
        .map((text) => JSON.parse(text) as Record<string, unknown>)
        .find(({ method, path, trace_id }) => method === 'POST' && path === '/runs' && trace_id === TRACE_ID),
    );
    const request = await receiver.span(
      'the request',
      ({ traceId, kind }) => traceId === TRACE_ID && kind === 'server',
    );
    expect(line['span_id']).toBe(request.spanId);
  });

  it('records the share of its own traces that it is told to, and every one that a caller records', async () => {
    const service = await start({ MONITORING__TRACE_SAMPLE_RATIO: '0' });
    await finish(service, await runOn(service));
    const runId = await runOn(service, { traceparent: `00-${TRACE_ID}-b7ad6b7169203331-01` });
    await receiver.runSpan(runId);
    expect(new Set(receiver.spans.map(({ traceId }) => traceId))).toEqual(new Set([TRACE_ID]));
  });

  it('is called what operators of OpenTelemetry call it', async () => {
    const service = await start({ OTEL_SERVICE_NAME: 'orders', OTEL_RESOURCE_ATTRIBUTES: 'team=data' });
    const run = await receiver.runSpan(await runOn(service));
    expect(run.resource).toMatchObject({ 'service.name': 'orders', team: 'data' });
  });

  it('sends nothing and hands nothing on while tracing is off', async () => {
    const service = await start({ MONITORING__ENABLE_TRACING: 'false' });
    const runId = await runOn(service, { traceparent: `00-${TRACE_ID}-b7ad6b7169203331-01` });
    await finish(service, runId);
    const [queued] = await service.json<{ data: object }[]>(`/runs/${runId}/logs`);
    expect(queued?.data).not.toHaveProperty('trace');
    expect(await service.stop('SIGTERM')).toBe(0);
    expect(receiver.requests).toEqual([]);
    expect(service.log).not.toContain('trace_id');
  });
});
