import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { makeFolder, openStorage } from './open-storage.js';
import { HERE, NOON, aGraph, aGraphId } from './storage-under-test.js';

describe('several processes that start at once on a database that does not exist yet', () => {
  const support = join(__dirname, 'support');
  let folder: Awaited<ReturnType<typeof makeFolder>>;
  let processes: ChildProcess[];

  beforeAll(async () => {
    folder = await makeFolder();
    const execArgv = ['--import', pathToFileURL(join(support, 'typescript-loader.mjs')).href];
    processes = [1, 2, 3].map(() => fork(join(support, 'open-database.child.ts'), { execArgv }));
    await Promise.all(processes.map((child) => once(child, 'message')));
  });
  afterAll(async () => {
    const exits = processes.map((child) => once(child, 'exit'));
    for (const child of processes) child.kill();
    await Promise.all(exits);
    await folder.remove();
  });

  it.each([1, 2, 3, 4, 5])('all find it complete, try %i', async (number) => {
    const url = folder.url(`${number}.db`);
    const answers = processes.map(async (child) => {
      const answer = once(child, 'message');
      child.send(url);
      return (await answer)[0] as unknown;
    });
    expect(await Promise.all(answers)).toEqual(['opened', 'opened', 'opened']);

    const storage = await openStorage(url);
    await storage.graphs.create(HERE, aGraph(1));
    expect(await storage.graphs.find(HERE, aGraphId(1))).toMatchObject({ createdAt: NOON });
    await storage.close();
  });
});
