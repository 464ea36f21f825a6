import { HERE, aRunId, anEntry } from '../../../test/contract/storage-under-test.js';
import { SseServer, eventsOf } from '../../../test/support/sse-server.js';
import { waitFor } from '../../../test/support/wait-for.js';
import { WatchedBus } from '../../../test/support/watched-bus.js';
import { type RunEventType, namespace } from '../../executor/core/index.js';
import { EventsFeed } from './events-feed.js';
import { SseConnection } from './sse-connection.js';

interface Told {
  readonly event: string | undefined;
  readonly id: string | undefined;
  readonly seq: unknown;
  readonly run: unknown;
}

function told(text: string): Told[] {
  return eventsOf(text).map(({ event, id, data }) => {
    const { seq, run_id: run } = JSON.parse(data) as { readonly seq?: number; readonly run_id?: string };
    return { event, id, seq, run };
  });
}

describe('EventsFeed', () => {
  let server: SseServer;
  let bus: WatchedBus;
  const open: SseConnection[] = [];

  beforeEach(async () => {
    server = await SseServer.start();
    bus = await WatchedBus.create();
  });

  afterEach(async () => {
    for (const connection of open.splice(0)) void connection.end();
    await waitFor('nobody to watch', () => bus.watchers === 0);
    await server.stop();
  });

  const watch = async (queueSize = 100) => {
    const { client, response } = await server.ask();
    const connection = new SseConnection(response, 3_600, 3_600);
    open.push(connection);
    return { client, connection, ended: new EventsFeed({ namespace: HERE, bus, connection, queueSize }).run() };
  };

  const publish = (run: number, seq: number, type: RunEventType, msg = '', place = HERE): void =>
    bus.publish({ runId: aRunId(run), namespace: place, entries: [anEntry(seq, { type, msg })] });

  it('tells the run-level events of all runs, without an id', async () => {
    const { client, connection, ended } = await watch();
    publish(1, 1, 'run.queued');
    publish(2, 1, 'run.queued');
    publish(1, 2, 'node.started');
    publish(1, 3, 'run.succeeded');
    void connection.end();
    const events = told(await client.readToEnd());
    await ended;
    expect(events).toEqual([
      { event: 'stream.start', id: undefined, seq: undefined, run: undefined },
      { event: 'run.queued', id: undefined, seq: 1, run: aRunId(1) },
      { event: 'run.queued', id: undefined, seq: 1, run: aRunId(2) },
      { event: 'run.succeeded', id: undefined, seq: 3, run: aRunId(1) },
    ]);
  });

  it('tells nothing of other namespaces', async () => {
    const { client, connection, ended } = await watch(5);
    for (let seq = 1; seq <= 50; seq++) publish(1, seq, 'run.started', '', namespace('elsewhere'));
    publish(2, 1, 'run.queued');
    void connection.end();
    const events = told(await client.readToEnd());
    await ended;
    expect(events.map(({ event, run }) => [event, run])).toEqual([
      ['stream.start', undefined],
      ['run.queued', aRunId(2)],
    ]);
  });

  it('keeps what a full socket does not take yet, in order', async () => {
    const { client, connection, ended } = await watch();
    for (let seq = 1; seq <= 50; seq++) publish(1, seq, 'run.started', 'x'.repeat(200_000));
    client.read();
    await waitFor('the last event', () => client.text.includes('"seq":50'));
    void connection.end();
    const seqs = told(await client.readToEnd()).map(({ seq }) => seq);
    await ended;
    expect(seqs.slice(1)).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
  });

  it('tells a client that it has missed events rather than leaving them out', async () => {
    const { client, connection, ended } = await watch(5);
    for (let seq = 1; seq <= 50; seq++) publish(1, seq, 'run.started', 'x'.repeat(200_000));
    expect(connection.isOpen).toBe(false);
    const events = told(await client.readToEnd());
    await ended;
    expect(events.at(-1)).toMatchObject({ event: 'stream.lagged' });
    const seqs = events.slice(1, -1).map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.map((_, index) => index + 1));
    expect(seqs.length).toBeLessThan(50);
  });

  it('watches no more once the client has left', async () => {
    const { client, ended } = await watch();
    expect(bus.watchers).toBe(1);
    client.leave();
    await ended;
    expect(bus.watchers).toBe(0);
  });
});
