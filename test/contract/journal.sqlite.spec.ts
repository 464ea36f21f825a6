import { describeApiKeys } from './api-keys.contract.js';
import { describeJournal } from './journal.contract.js';
import { describeRepositories } from './repositories.contract.js';
import { makeFolder, openStorage } from './open-storage.js';

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
