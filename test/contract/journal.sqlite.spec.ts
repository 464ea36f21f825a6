import { describeApiKeys } from './api-keys.contract.js';
import { describeJournal } from './journal.contract.js';
import { describeRepositories } from './repositories.contract.js';
import { makeFolder, openStorage } from './open-storage.js';
import { HERE, aGraph, aRun, aRunId, anEntry } from './storage-under-test.js';

let folder: Awaited<ReturnType<typeof makeFolder>>;
let databases = 0;
beforeAll(async () => {
  folder = await makeFolder();
});
afterAll(() => folder.remove());

const openFile = () => openStorage(folder.url(`${(databases += 1)}.db`));
const openMemory = () => openStorage('sqlite::memory:');

describeJournal('a SQLite file', openFile);
describeJournal('SQLite in memory', openMemory);
describeRepositories('a SQLite file', openFile);
describeRepositories('SQLite in memory', openMemory);
describeApiKeys('a SQLite file', openFile);
describeApiKeys('SQLite in memory', openMemory);

/** What a version wrote that did not look at texts yet. */
it('reads text that is taken no more', async () => {
  const { journal, graphs, close } = await openFile();
  try {
    await graphs.create(HERE, aGraph(1));
    const entry = anEntry(1, { msg: 'a\0b', data: { list: ['\0', '\ud83d'] } });
    await journal.create(aRun(1), [entry]);
    expect(await journal.read(aRunId(1), { afterSeq: 0, limit: 10 })).toEqual([entry]);
  } finally {
    await close();
  }
});
