import { VirtualClock, VirtualTime } from '../../../../test/simulation/engine/virtual-time.js';
import { type RunId, epochMs, runId } from '../../core/index.js';
import { QueueDeadlines } from '../host/index.js';
import { ExpiringRuns } from './expiring-runs.js';

describe('the runs of other processes that must begin by a moment', () => {
  const RUN = runId('r_1');
  const watch = (startBy: number, tookMs = 0) => {
    const time = new VirtualTime();
    const due: RunId[] = [];
    let reads = 0;
    const runs = {
      expiring: () => {
        reads += 1;
        time.now += tookMs;
        return Promise.resolve([{ runId: RUN, startBy: epochMs(startBy) }]);
      },
    };
    const deadlines = new QueueDeadlines(new VirtualClock(time, { life: 'alive' }, 0), (id) => due.push(id));
    return { time, due, reads: () => reads, expiring: new ExpiringRuns(runs, deadlines, () => time.now) };
  };

  it('are watched once, however often they are read', async () => {
    const { time, due, reads, expiring } = watch(500);
    await expiring.round();
    await expiring.round();
    expect(reads()).toBe(2);
    while (time.step());
    expect([time.now, due]).toEqual([500, [RUN]]);
  });

  it('are read the less often the longer that takes', async () => {
    const { time, reads, expiring } = watch(60_000, 100);
    await expiring.round();
    time.now += 1_999;
    await expiring.round();
    expect(reads()).toBe(1);
    time.now += 1;
    await expiring.round();
    expect(reads()).toBe(2);
  });
});
