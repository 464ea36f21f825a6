import { StreamHub } from '../../src/runs/index.js';
import { EventBus } from '../../src/events/index.js';
import { HERE, aRunId, anEntry } from '../contract/storage-under-test.js';
import { API_KEY } from '../support/built-service.js';
import { given } from '../support/given.js';
import { readStream } from '../support/read-stream.js';
import { RawClient, eventsOf } from '../support/sse-server.js';
import { useApi } from '../support/use-api.js';
import { waitFor } from '../support/wait-for.js';

describe('GET /events', () => {
  const api = useApi({ env: { MONITORING__SSE_QUEUE_SIZE: '5' } });
  const { finishedRun } = given(api);
  const hub = () => api.service.app.get(StreamHub);

  afterEach(async () => {
    await waitFor('every stream to be gone', () => hub().size === 0);
  });

  it('gives events no id, since none is a cursor across runs', async () => {
    const response = await api.fetch('/events', { headers: { 'Last-Event-ID': 'whatever' } });
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const { run_id } = await finishedRun();
    const { events } = await readStream(response, (seen) => seen.some(({ event }) => event === 'run.succeeded'));
    expect(events.map(({ event }) => event)).toEqual(['stream.start', 'run.queued', 'run.started', 'run.succeeded']);
    expect(events.every(({ id }) => id === undefined)).toBe(true);
    const log = (await api.get(`/runs/${run_id}/logs`)).body as readonly { readonly type: string }[];
    const queued = log.find(({ type }) => type === 'run.queued');
    expect(JSON.parse(events[1]?.data ?? '')).toEqual({ ...queued, run_id });
  });

  it('tells a client that does not read that it has missed events, and lets it go', async () => {
    const client = await RawClient.ask(Number(new URL(api.url).port), {
      path: '/events',
      headers: `X-API-Key: ${API_KEY}\r\n`,
    });
    await waitFor('the client', () => hub().size === 1);
    const bus = api.service.app.get(EventBus, { strict: false });
    for (let seq = 1; seq <= 50; seq++) {
      const entries = [anEntry(seq, { type: 'run.started', msg: 'x'.repeat(200_000) })];
      bus.publish({ runId: aRunId(1), namespace: HERE, entries });
    }
    const events = eventsOf(await client.readToEnd());
    expect(events.length).toBeLessThan(50);
    expect(events.at(-1)).toMatchObject({ event: 'stream.lagged', data: expect.stringContaining('GET /runs') });
  });

  it('takes no parameter', async () => {
    expect(await api.get('/events?after_seq=1')).toMatchObject({
      status: 400,
      body: { errors: [{ parameter: 'after_seq' }] },
    });
  });
});
