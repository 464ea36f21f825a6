import {
  HERE,
  type StorageUnderTest,
  aGraph,
  aProjection,
  aRun,
  aRunId,
  anEntry,
  entriesFrom,
} from '../../../test/contract/storage-under-test.js';
import { openStorage } from '../../../test/contract/open-storage.js';
import { type RawClient, SseServer, eventsOf } from '../../../test/support/sse-server.js';
import { waitFor } from '../../../test/support/wait-for.js';
import { WatchedBus } from '../../../test/support/watched-bus.js';
import type { JournalEntry, RunStatus } from '../../executor/core/index.js';
import type { RunHead } from '../../storage/index.js';
import { RunStream } from './run-stream.js';
import { SseConnection } from './sse-connection.js';

const RUN = aRunId(1);
const HOUR = 3_600;
const end = (seq: number): JournalEntry => anEntry(seq, { type: 'run.succeeded', nodeId: null, attempt: null });

/** What a stream said: the ids of its entries, the names of its other events. */
function said(text: string): (number | string)[] {
  return eventsOf(text).map(({ id, event = '' }) => (id === undefined ? event : Number(id)));
}

const numbers = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe('RunStream', () => {
  let server: SseServer;
  let storage: StorageUnderTest;
  let bus: WatchedBus;
  let lastSeq: number;
  const open: SseConnection[] = [];

  beforeEach(async () => {
    server = await SseServer.start();
    storage = await openStorage('sqlite::memory:');
    bus = await WatchedBus.create();
    await storage.graphs.create(HERE, aGraph(1));
    await storage.journal.create(aRun(1), [anEntry(1)]);
    lastSeq = 1;
  });

  afterEach(async () => {
    for (const connection of open.splice(0)) void connection.end();
    await waitFor('nobody to watch', () => bus.watchers === 0);
    await server.stop();
    await storage.close();
  });

  const store = async (entries: readonly JournalEntry[], status: RunStatus = 'RUNNING'): Promise<void> => {
    await storage.journal.append({ runId: RUN, expectedSeq: lastSeq, entries, run: aProjection({ status }) });
    lastSeq += entries.length;
  };

  /** As a session does: durable first, published then. */
  const write = async (entries: readonly JournalEntry[], status?: RunStatus): Promise<void> => {
    await store(entries, status);
    bus.publish({ runId: RUN, namespace: HERE, entries });
  };

  const findRun = async (): Promise<RunHead> => {
    const run = await storage.runs.findHead(HERE, RUN);
    if (run === undefined) throw new Error('the run is gone');
    return run;
  };

  interface Watching {
    readonly client: RawClient;
    readonly connection: SseConnection;
    readonly ended: Promise<void>;
  }

  const watch = async ({
    afterSeq = 0,
    queueSize = 100,
    find = findRun,
    method = 'GET',
    stallSec = HOUR,
  } = {}): Promise<Watching> => {
    const { client, response } = await server.ask(method);
    const connection = new SseConnection(response, HOUR, stallSec);
    open.push(connection);
    const { journal } = storage;
    const stream = new RunStream({ runId: RUN, afterSeq, connection, journal, bus, findRun: find, queueSize });
    return { client, connection, ended: stream.run() };
  };

  const heard = async ({ client, ended }: Watching): Promise<(number | string)[]> => {
    const text = await client.readToEnd();
    await ended;
    return said(text);
  };

  it('replays a finished run, page by page, and ends', async () => {
    await store(entriesFrom(2, 1_100));
    await store([end(1_101)], 'SUCCESS');
    expect(await heard(await watch())).toEqual(['stream.start', ...numbers(1, 1_101), 'stream.end']);
  });

  it('gives a client that has seen everything the end alone', async () => {
    await store([end(2)], 'SUCCESS');
    expect(await heard(await watch({ afterSeq: 2 }))).toEqual(['stream.start', 'stream.end']);
    expect(await heard(await watch({ afterSeq: 1 }))).toEqual(['stream.start', 2, 'stream.end']);
  });

  it('ends for a client that asks for more than there will ever be', async () => {
    const watching = await watch({ afterSeq: 999 });
    watching.client.read();
    await waitFor('the start', () => watching.client.text.includes('stream.start'));
    await write([anEntry(2)]);
    await write([end(3)], 'SUCCESS');
    expect(await heard(watching)).toEqual(['stream.start', 'stream.end']);
  });

  it('ends for such a client even when more happened at once than is held for it', async () => {
    const watching = await watch({ afterSeq: 999, queueSize: 1 });
    watching.client.read();
    await waitFor('the start', () => watching.client.text.includes('stream.start'));
    await write([anEntry(2), anEntry(3), end(4)], 'SUCCESS');
    expect(await heard(watching)).toEqual(['stream.start', 'stream.end']);
  });

  it('sends what happens while it looks the run up neither twice nor not at all', async () => {
    const watching = await watch({
      find: async () => {
        const run = await findRun();
        if (lastSeq === 1) {
          await write(entriesFrom(2, 5));
          await write([end(6)], 'SUCCESS');
        }
        return run;
      },
    });
    expect(await heard(watching)).toEqual(['stream.start', ...numbers(1, 6), 'stream.end']);
  });

  it('reads from the journal what the bus did not bring', async () => {
    const watching = await watch();
    watching.client.read();
    await waitFor('the replay', () => watching.client.text.includes('id: 1\n'));
    await store(entriesFrom(2, 4));
    await write(entriesFrom(5, 6));
    await write([end(7)], 'SUCCESS');
    expect(await heard(watching)).toEqual(['stream.start', ...numbers(1, 7), 'stream.end']);
  });

  it('loses nothing when more happens at once than is held', async () => {
    const watching = await watch({ queueSize: 2 });
    for (let seq = 2; seq <= 50; seq += 7) await write(entriesFrom(seq, seq + 6));
    await write([end(lastSeq + 1)], 'SUCCESS');
    expect(await heard(watching)).toEqual(['stream.start', ...numbers(1, lastSeq), 'stream.end']);
  });

  it('lets a client go that does not read while more happens than is held for it', async () => {
    const { client, connection, ended } = await watch({ queueSize: 5 });
    const text = 'x'.repeat(200_000);
    for (let seq = 2; seq <= 100; seq++) await write([anEntry(seq, { msg: text })]);
    await waitFor('it to be given up', () => !connection.isOpen);
    const heardAtLast = said(await client.readToEnd());
    await ended;
    const seqs = heardAtLast.slice(1, -1);
    expect(heardAtLast.at(-1)).toBe('stream.lagged');
    expect(seqs).toEqual(numbers(1, seqs.length));
    expect(seqs.length).toBeLessThan(100);
    await write([end(101)], 'SUCCESS');
    const resumed = await heard(await watch({ afterSeq: seqs.length, queueSize: 5 }));
    expect(resumed).toEqual(['stream.start', ...numbers(seqs.length + 1, 101), 'stream.end']);
  });

  it('holds no page for a client that does not read, and goes on where it was when it does', async () => {
    const text = 'x'.repeat(200_000);
    await store(entriesFrom(2, 100).map((entry) => ({ ...entry, msg: text })));
    const reads = jest.spyOn(storage.journal, 'read');
    const watching = await watch();
    const waiting = jest.spyOn(watching.connection, 'drained');
    await waitFor('the page to be dropped', () => waiting.mock.calls.length > 0);
    await write([end(101)], 'SUCCESS');
    expect(await heard(watching)).toEqual(['stream.start', ...numbers(1, 101), 'stream.end']);
    const cursors = reads.mock.calls.map(([, { afterSeq }]) => afterSeq);
    expect(cursors[0]).toBe(0);
    expect(cursors[1]).toBeGreaterThan(0);
    expect(cursors[1]).toBeLessThan(100);
  });

  it('lets a client go that reads nothing of a finished run', async () => {
    const text = 'x'.repeat(200_000);
    await store(entriesFrom(2, 100).map((entry) => ({ ...entry, msg: text })));
    await write([end(101)], 'SUCCESS');
    const { client, connection, ended } = await watch({ stallSec: 0.1 });
    await ended;
    expect(connection.hasLagged).toBe(true);
    expect(said(await client.readToEnd()).at(-1)).toBe('stream.lagged');
  });

  it('reads no more of the journal for a client that has left', async () => {
    await store(entriesFrom(2, 3_000));
    const reads = jest.spyOn(storage.journal, 'read');
    const found = Promise.withResolvers<RunHead>();
    const { client, connection, ended } = await watch({ find: () => found.promise });
    client.leave();
    await connection.whenGone;
    found.resolve(await findRun());
    await ended;
    expect(reads).not.toHaveBeenCalled();
    expect(bus.watchers).toBe(0);
  });

  it('watches no more once the client has left or the process stops', async () => {
    const leaving = await watch();
    const stopped = await watch();
    await waitFor('both to watch', () => bus.watchers === 2);
    leaving.client.leave();
    await leaving.ended;
    expect(bus.watchers).toBe(1);
    void stopped.connection.leave();
    const text = await stopped.client.readToEnd();
    await stopped.ended;
    expect(text).toContain(': reconnect\n\n');
    expect(said(text)).not.toContain('stream.end');
    expect(bus.watchers).toBe(0);
  });

  it('watches nothing for HEAD', async () => {
    const { ended } = await watch({ method: 'HEAD' });
    await ended;
    expect(bus.watchers).toBe(0);
  });

  it('watches no more when the run cannot be read', async () => {
    const { ended } = await watch({ find: () => Promise.reject(new Error('the database is gone')) });
    await expect(ended).rejects.toThrow('the database is gone');
    expect(bus.watchers).toBe(0);
  });
});
