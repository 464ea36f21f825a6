import {
  HERE,
  type StorageUnderTest,
  aGraph,
  aProjection,
  aRun,
  aRunId,
  anEntry,
} from '../../test/contract/storage-under-test.js';
import { openStorage } from '../../test/contract/open-storage.js';
import { WatchedBus } from '../../test/support/watched-bus.js';
import type { RunStatus } from '../executor/core/index.js';
import { awaitEnd } from './await-end.js';

const RUN = aRunId(1);
const entries = [anEntry(2, { type: 'run.succeeded', nodeId: null, attempt: null })];

describe('awaitEnd', () => {
  let storage: StorageUnderTest;
  let bus: WatchedBus;
  let client: AbortController;

  beforeEach(async () => {
    storage = await openStorage('sqlite::memory:');
    bus = await WatchedBus.create();
    client = new AbortController();
    await storage.graphs.create(HERE, aGraph(1));
    await storage.journal.create(aRun(1), [anEntry(1)]);
  });

  afterEach(async () => {
    expect(bus.watchers).toBe(0);
    await storage.close();
  });

  const findStatus = async (): Promise<RunStatus> => {
    const status = await storage.runs.findStatus(HERE, RUN);
    if (status === undefined) throw new Error('the run is gone');
    return status;
  };

  const store = () =>
    storage.journal.append({ runId: RUN, expectedSeq: 1, entries, run: aProjection({ status: 'SUCCESS' }) });

  const wait = ({ seconds = 60, find = findStatus } = {}): Promise<void> =>
    awaitEnd({ runId: RUN, bus, findStatus: find, seconds, signal: client.signal });

  it('is over when the run ends', async () => {
    const waiting = wait();
    expect(bus.watchers).toBe(1);
    bus.publish({ runId: RUN, namespace: HERE, entries: [anEntry(2)] });
    bus.publish({ runId: RUN, namespace: HERE, entries });
    await waiting;
  });

  it('is over when the run ends while its status is being read', async () => {
    await wait({
      find: async () => {
        const before = await findStatus();
        await store();
        bus.publish({ runId: RUN, namespace: HERE, entries });
        return before;
      },
    });
  });

  it('is over at once when the run had ended', async () => {
    await store();
    await wait();
  });

  it('is over when the time is up', async () => {
    await wait({ seconds: 0.01 });
  });

  it('is over when nobody waits any more, and does not begin then', async () => {
    const waiting = wait();
    client.abort();
    await waiting;
    await wait();
  });

  it('watches no more when the run cannot be read', async () => {
    const find = () => Promise.reject(new Error('the database is gone'));
    await expect(wait({ find })).rejects.toThrow('the database is gone');
  });
});
