import type { AllRunsRepository, UnfinishedRun } from '../../../storage/index.js';
import { DEFAULT_NAMESPACE, type RunId, type RunStatus, runId } from '../../core/index.js';
import { QueueSweep } from './queue-sweep.js';

type Stored = Awaited<ReturnType<AllRunsRepository['findInAnyNamespace']>>;

describe('The sweep of the queue', () => {
  const [waits, ended, removed] = ['r_1', 'r_2', 'r_3'].map(runId);
  const runs: readonly UnfinishedRun[] = [waits, ended, removed].flatMap((id) =>
    id === undefined ? [] : [{ runId: id, namespace: DEFAULT_NAMESPACE, status: 'PENDING' }],
  );
  const storedAs = (status: RunStatus): Stored => ({ status }) as NonNullable<Stored>;

  it('gives a job to a run that has none, and to none that ended since it was listed', async () => {
    const queued: RunId[] = [];
    const sweep = new QueueSweep({
      runs: {
        unfinished: () => Promise.resolve([...runs]),
        findInAnyNamespace: (id) =>
          Promise.resolve(id === removed ? undefined : storedAs(id === ended ? 'SUCCESS' : 'PENDING')),
      },
      jobs: { missing: (ids) => Promise.resolve([...ids]) },
      confirmMs: 0,
      enqueue: (run) => Promise.resolve(void queued.push(run.runId)),
    });
    expect(await sweep.round()).toBe(1);
    expect(queued).toEqual([waits]);
  });
});
