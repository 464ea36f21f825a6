import { ServerStatistics } from '../../src/storage/server/server-statistics.js';
import { DATABASE_SERVERS } from '../support/server-databases.js';
import { describeWith } from '../support/services.js';
import { waitFor } from '../support/wait-for.js';
import { ServerStorage } from './server-storage.js';
import { HERE, type StorageUnderTest, aGraph, aRun, anEntry, entriesFrom, someData } from './storage-under-test.js';

const ENTRY_BYTES = 64_000;
const ENTRIES = 64;
/** InnoDB counts a table again ten seconds after it last did. */
const COUNTED_WITHIN_MS = 40_000;

describe.each(DATABASE_SERVERS)('the size of a database', ({ server, serverUrl, create }) => {
  describeWith(server, serverUrl, `on ${server}`, () => {
    let storage: ServerStorage;
    let opened: StorageUnderTest;
    beforeAll(async () => {
      storage = await ServerStorage.create(create);
      opened = await storage.openEmpty();
    });
    afterAll(async () => {
      await opened.close();
      await storage.drop();
    });

    it('is told as it is now, also where it has been asked for before', async () => {
      const statistics = new ServerStatistics(storage.database);
      const { total: before } = await statistics.bytes();
      await opened.graphs.create(HERE, aGraph(1));
      const entries = entriesFrom(2, ENTRIES).map((entry) => anEntry(entry.seq, { data: someData(ENTRY_BYTES) }));
      await opened.journal.create(aRun(1), [anEntry(1), ...entries]);
      const grown = async (): Promise<boolean> => (await statistics.bytes()).total - before > ENTRY_BYTES;
      expect(await waitFor('the database to be seen to grow', grown, COUNTED_WITHIN_MS)).toBe(true);
    });
  });
});
