import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describeRemovals } from './removals.contract.js';
import { makeFolder, openStorage } from './open-storage.js';
import { HERE, NOON, aGraph, aProjection, aRun, aRunId, anEntry } from './storage-under-test.js';

let folder: Awaited<ReturnType<typeof makeFolder>>;
beforeAll(async () => {
  folder = await makeFolder();
});
afterAll(() => folder.remove());

describeRemovals('SQLite', (name) => openStorage(folder.url(name)));

describe('the file of an SQLite database', () => {
  it('becomes smaller when runs are removed', async () => {
    const url = folder.url('shrinks.db');
    const sizeOf = (): number => statSync(fileURLToPath(url.replace('sqlite:', 'file:'))).size;
    const bytes = 4_000_000;
    const storage = await openStorage(url);
    await storage.graphs.create(HERE, aGraph(1));
    await storage.journal.create(aRun(1), [anEntry(1)]);
    const file = {
      runId: aRunId(1),
      name: 'file',
      nodeId: 'a',
      contentType: 'text/plain',
      sha256: '',
      createdAt: NOON,
    };
    await storage.artifacts.put({ ...file, bytes, body: new Uint8Array(bytes) });
    const run = aProjection({ status: 'SUCCESS', finishedAt: NOON });
    await storage.journal.append({ runId: aRunId(1), expectedSeq: 1, entries: [anEntry(2)], run });
    await storage.close();
    expect(sizeOf()).toBeGreaterThan(bytes);

    const again = await openStorage(url);
    await again.removals.remove(HERE, aRunId(1), NOON);
    while ((await again.removals.clear()).hasMore);
    let steps = 1;
    while (await again.removals.shrink()) steps += 1;
    await again.close();
    expect(steps).toBeGreaterThan(2);
    expect(sizeOf()).toBeLessThan(500_000);
  });
});
