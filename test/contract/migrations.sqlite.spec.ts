import { makeFolder, openStorage } from './open-storage.js';
import { OpeningProcesses } from './opening-processes.js';
import { HERE, NOON, aGraph, aGraphId } from './storage-under-test.js';

describe('several processes that start at once on a database that does not exist yet', () => {
  let folder: Awaited<ReturnType<typeof makeFolder>>;
  let processes: OpeningProcesses;

  beforeAll(async () => {
    folder = await makeFolder();
    processes = await OpeningProcesses.start(3);
  });
  afterAll(async () => {
    await processes.end();
    await folder.remove();
  });

  it.each([1, 2, 3, 4, 5])('all find it complete, try %i', async (number) => {
    const url = folder.url(`${number}.db`);
    expect(await processes.open(url)).toEqual(['opened', 'opened', 'opened']);

    const storage = await openStorage(url);
    await storage.graphs.create(HERE, aGraph(1));
    expect(await storage.graphs.find(HERE, aGraphId(1))).toMatchObject({ createdAt: NOON });
    await storage.close();
  });
});
