import { DEFAULT_NAMESPACE, type RunId, runId } from '../../core/index.js';
import type { RunStanding, UnfinishedRun } from '../../../storage/index.js';
import { QueueSweep } from './queue-sweep.js';

describe('The sweep of the queue', () => {
  it('gives a job to a run that has none, and to none that has ended or was removed since it was listed', async () => {
    const [waits, ended, removed] = [runId('r_1'), runId('r_2'), runId('r_3')];
    const listed = [waits, ended, removed].map((id): UnfinishedRun => ({
      runId: id,
      namespace: DEFAULT_NAMESPACE,
      status: 'PENDING',
    }));
    const standings = new Map<RunId, RunStanding>([
      [waits, { status: 'PENDING', lastSeq: 1 }],
      [ended, { status: 'SUCCESS', lastSeq: 9 }],
    ]);
    const queued: RunId[] = [];
    const sweep = new QueueSweep({
      runs: { unfinished: () => Promise.resolve(listed), standingsOf: () => Promise.resolve(standings) },
      jobs: { missing: (ids) => Promise.resolve([...ids]) },
      confirmMs: 0,
      enqueue: (run) => Promise.resolve(void queued.push(run.runId)),
    });
    expect(await sweep.round()).toBe(1);
    expect(queued).toEqual([waits]);
  });
});
