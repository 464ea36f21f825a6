import { once } from 'node:events';
import { connect } from 'node:net';
import { StreamHub } from '../../src/runs/index.js';
import { API_KEY } from '../support/built-service.js';
import { CallCounter } from '../support/call-counter.js';
import { readStream } from '../support/read-stream.js';
import { useApi } from '../support/use-api.js';
import { waitFor } from '../support/wait-for.js';

interface Entry {
  readonly seq: number;
  readonly type: string;
  readonly run_id: string;
}

describe('GET /runs/{run_id}/stream', () => {
  const api = useApi({ env: { MONITORING__SSE_QUEUE_SIZE: '10' } });
  let counter: CallCounter;

  beforeEach(async () => {
    counter = await CallCounter.start();
  });

  afterEach(async () => {
    await counter.stop();
    await waitFor('every stream to be gone', () => api.service.app.get(StreamHub).size === 0);
  });

  const start = async (graph: object, input: object = {}): Promise<string> => {
    const { graph_id } = (await api.post('/graphs', graph)).body as { graph_id: string };
    return ((await api.post('/runs', { graph_id, input })).body as { run_id: string }).run_id;
  };

  const held = () => ({
    name: 'held',
    nodes: [
      { id: 'held', type: 'agent.fetch', params: { url: counter.url } },
      { id: 'after', type: 'agent.echo' },
    ],
    edges: [{ from: 'held', to: 'after' }],
  });

  const fan = (width: number) => ({
    name: 'fan',
    nodes: [
      { id: 'held', type: 'agent.fetch', params: { url: counter.url } },
      ...Array.from({ length: width }, (_, index) => ({
        id: `n${index}`,
        type: 'agent.echo',
        params: { x: '${input.text}' },
      })),
    ],
    edges: Array.from({ length: width }, (_, index) => ({ from: 'held', to: `n${index}` })),
    options: { concurrency: 50 },
  });

  const entriesOf = (events: readonly { readonly data: string; readonly id?: string }[]): Entry[] =>
    events.filter((event) => event.id !== undefined).map((event) => JSON.parse(event.data) as Entry);

  it('replays, goes on live without a gap or a repeat, and ends', async () => {
    counter.shut();
    const runId = await start(held());
    await waitFor('the agent to call', () => counter.calls.length > 0);
    const response = await api.fetch(`/runs/${runId}/stream`);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    });
    const reading = readStream(response);
    counter.open();
    const { events, isClosed } = await reading;
    expect(isClosed).toBe(true);
    expect(events[0]).toMatchObject({ event: 'stream.start' });
    expect(events[0]?.id).toBeUndefined();
    expect(events.at(-1)).toMatchObject({ event: 'stream.end' });
    const entries = entriesOf(events);
    const log = (await api.get(`/runs/${runId}/logs`)).body as Entry[];
    expect(entries).toEqual(log.map((entry) => ({ ...entry, run_id: runId })));
    expect(entries.map((entry) => entry.seq)).toEqual(log.map((_, index) => index + 1));
  });

  it('goes on after Last-Event-ID, which beats after_seq', async () => {
    const runId = await start(held());
    await readStream(await api.fetch(`/runs/${runId}/stream`));
    const seqs = async (path: string, headers = {}): Promise<number[]> => {
      const { events } = await readStream(await api.fetch(`/runs/${runId}/stream${path}`, { headers }));
      return entriesOf(events).map((entry) => entry.seq);
    };
    expect(await seqs('?after_seq=5')).toEqual([6, 7]);
    expect(await seqs('?after_seq=5', { 'Last-Event-ID': '6' })).toEqual([7]);
    expect(await seqs('', { 'Last-Event-ID': '7' })).toEqual([]);
    expect((await api.get(`/runs/${runId}/stream`, { headers: { 'Last-Event-ID': 'x' } })).status).toBe(400);
  });

  it('loses nothing when more happens at once than the queue holds', async () => {
    counter.shut();
    const runId = await start(fan(200), { text: 'y' });
    const response = await api.fetch(`/runs/${runId}/stream`);
    counter.open();
    const entries = entriesOf((await readStream(response)).events);
    expect(entries.map((entry) => entry.seq)).toEqual(entries.map((_, index) => index + 1));
    expect(entries.at(-1)?.type).toBe('run.succeeded');
  });

  it('lets go of a client that does not read, and of one that leaves', async () => {
    counter.shut();
    const runId = await start(fan(1_000), { text: 'y'.repeat(20_000) });
    await waitFor('the agent to call', () => counter.calls.length > 0);
    const { port, hostname } = new URL(api.url);
    const silent = connect(Number(port), hostname);
    await once(silent, 'connect');
    silent.pause();
    silent.on('error', () => undefined);
    silent.write(`GET /runs/${runId}/stream HTTP/1.1\r\nHost: x\r\nX-API-Key: ${API_KEY}\r\n\r\n`);
    const hub = api.service.app.get(StreamHub);
    await waitFor('the silent client', () => hub.size === 1);
    const leaving = await api.fetch(`/runs/${runId}/stream`);
    await readStream(leaving, (events) => events.length > 0);
    await waitFor('the leaving client to be gone', () => hub.size === 1);
    counter.open();
    await waitFor('the silent client to be given up', () => hub.size === 0);
    silent.destroy();
  });
});

describe('GET /events', () => {
  const api = useApi();

  it('tells the run-level events of all runs', async () => {
    const response = await api.fetch('/events');
    const { graph_id } = (await api.post('/graphs', { name: 'x', nodes: [{ id: 'a', type: 'agent.echo' }], edges: [] }))
      .body as { graph_id: string };
    for (let run = 0; run < 2; run++) await api.post('/runs', { graph_id });
    const { events } = await readStream(
      response,
      (seen) => seen.filter((event) => event.event === 'run.succeeded').length === 2,
    );
    const types = new Set(events.map((event) => event.event));
    expect([...types].sort()).toEqual(['run.queued', 'run.started', 'run.succeeded', 'stream.start']);
  });
});
