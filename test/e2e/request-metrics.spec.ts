import { API_KEY } from '../support/built-service.js';
import { given } from '../support/given.js';
import { MetricValues } from '../support/metric-values.js';
import { RawClient } from '../support/sse-server.js';
import { useApi } from '../support/use-api.js';
import { waitFor } from '../support/wait-for.js';

/** Far above what an ordinary service has, far below what a client could make of ids, paths and methods. */
const MOST_SERIES = 1_500;

/** Those of the service: the runtime adds a kind of garbage collection when the first one happens. */
const ownSeries = ({ series }: MetricValues): string[] => series.filter((name) => name.startsWith('wand_'));

describe('the metrics of requests', () => {
  const api = useApi({ env: { LIMITS__MAX_BODY_BYTES: '2048' } });

  const read = async (): Promise<MetricValues> => new MetricValues((await api.get('/metrics')).body as string);
  const total = (method: string, route: string, status: string | number): string =>
    `wand_http_requests_total{method="${method}",route="${route}",status="${status}"}`;
  const raw = async (method: string, path: string, headers = `X-API-Key: ${API_KEY}\r\n`): Promise<RawClient> =>
    RawClient.ask(Number(new URL(api.url).port), { method, path, headers });

  it('count by the pattern of the route, whatever id was asked for', async () => {
    const { run_id } = await given(api).run();
    for (const id of [run_id, 'r_00000000000000000000000000', 'nonsense']) await api.get(`/runs/${id}`);
    await api.fetch(`/runs/${run_id}`, { method: 'HEAD' });
    const values = await read();
    expect(values.of(total('GET', '/runs/:run_id', 200))).toBe(1);
    expect(values.of(total('GET', '/runs/:run_id', 404))).toBe(2);
    expect(values.of(total('HEAD', '/runs/:run_id', 200))).toBe(1);
    expect(values.of(total('POST', '/runs', 202))).toBe(1);
    expect(values.of('wand_http_request_duration_seconds_count{method="GET",route="/runs/:run_id"}')).toBe(3);
  });

  it('count what is refused before a route is looked for', async () => {
    await api.fetch('/runs', { headers: { 'X-API-Key': 'wrong' } });
    await api.post('/runs', undefined, { rawBody: '{' });
    await api.post('/runs', { graph_id: 'x'.repeat(4_000) });
    const values = await read();
    expect(values.of(total('GET', 'unmatched', 401))).toBe(1);
    expect(values.of(total('POST', 'unmatched', 400))).toBe(1);
    expect(values.of(total('POST', 'unmatched', 413))).toBe(1);
  });

  it('tell of those that are under way, and leave those that are kept open out of the durations', async () => {
    const { run_id } = await given(api).run({ nodes: [{ id: 'a', type: 'agent.delay', params: { seconds: 60 } }] });
    expect((await read()).of('wand_http_requests_in_flight')).toBe(1);
    const stream = await raw('GET', `/runs/${run_id}/stream`);
    await waitFor('the stream', async () => (await read()).of('wand_streams_open{kind="run"}') === 1);
    expect((await read()).of('wand_http_requests_in_flight')).toBe(2);
    stream.leave();
    await waitFor('the stream to end', async () => (await read()).of('wand_http_requests_in_flight') === 1);
    await api.post(`/runs/${run_id}/cancel`);
    const values = await read();
    expect(values.of(total('GET', '/runs/:run_id/stream', 200))).toBe(1);
    expect(values.of('wand_http_request_duration_seconds_count{method="GET",route="/runs/:run_id/stream"}')).toBe(
      undefined,
    );
    expect(values.of('wand_streams_behind_events')).toBe(0);
  });

  it('count a client that left before it was answered as such', async () => {
    const graph_id = await given(api).graph({ nodes: [{ id: 'a', type: 'agent.delay', params: { seconds: 60 } }] });
    const body = JSON.stringify({ graph_id });
    const head = `X-API-Key: ${API_KEY}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    const client = await raw('POST', '/runs?wait=60', head);
    await waitFor('the run', async () => (await read()).of('wand_runs_live') === 1);
    client.leave();
    await waitFor('the count', async () => (await read()).of(total('POST', '/runs', 'aborted')) === 1);
  });

  it('have few series, whatever is sent', async () => {
    const { run_id } = await given(api).run();
    for (let index = 0; index < 150; index++) {
      await Promise.all([
        api.fetch(`/no/such/${index}`),
        api.fetch(`/runs/${run_id.slice(0, -3)}${index}`),
        api.fetch(`/runs?cursor=${index}`),
        api.fetch(`/docs/${index}.css`),
        api.fetch(`/%E0%A4%A/${index}`),
        api.fetch(`/runs/${run_id}/nodes/node-${index}`, { headers: { 'X-Request-ID': `id-${index}` } }),
      ]);
    }
    for (const method of ['PURGE', 'PROPFIND', 'MKCOL', 'TRACE', 'LINK', 'REPORT', 'OPTIONS', 'PATCH']) {
      for (const path of ['/runs', '/nowhere', `/runs/${run_id}`]) {
        const text = await (await raw(method, path, `X-API-Key: ${API_KEY}\r\nConnection: close\r\n`)).readToEnd();
        expect(text).toMatch(/^HTTP\/1\.1 [2-5]\d\d /);
      }
    }
    const values = await read();
    expect(values.text).not.toMatch(/node-\d|no\/such|cursor|\.css|PURGE|PROPFIND|id-\d|r_[0-9a-z]{26}/);
    expect(Object.keys(values.labelsOf('wand_http_requests_total')).join(' ')).toContain('method="other"');
    expect(values.series.length).toBeLessThan(MOST_SERIES);
    for (const index of [0, 1, 2]) await api.fetch(`/another/${index}`);
    expect(ownSeries(await read())).toEqual(ownSeries(values));
  });
});
