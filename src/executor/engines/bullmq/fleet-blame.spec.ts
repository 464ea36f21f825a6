import { graph } from '../../../../test/support/graph-builder.js';
import { LiveRun } from '../../../../test/support/live-run.js';
import { PROBATION_MS, epochMs } from '../../core/index.js';
import { fleetBlame } from './fleet-blame.js';

const DIED_WITHIN_MS = 8_000;

describe('the blame for a process that died elsewhere', () => {
  const blame = (run: LiveRun, now: number, hasOthers: boolean) =>
    fleetBlame(run, {
      now: epochMs(now),
      diedWithinMs: DIED_WITHIN_MS,
      hasOtherSuspects: () => Promise.resolve(hasOthers),
    });
  const suspect = (): LiveRun =>
    LiveRun.started(graph(['a']))
      .crash()
      .crash();
  const longAfter = (run: LiveRun): number => run.now + DIED_WITHIN_MS + PROBATION_MS + 1;

  it('is everybody while nobody is suspected', async () => {
    const run = LiveRun.started(graph(['a', 'b']));
    expect(await blame(run, run.now, true)).toEqual({ kind: 'all' });
  });

  it('is a suspect that was on probation, whoever else is suspected', async () => {
    const run = suspect();
    expect(await blame(run, run.now, true)).toEqual({ kind: 'suspects', nodeIds: new Set(['a']) });
  });

  it('is a suspect that had survived its probation only if nobody else is suspected', async () => {
    const run = suspect();
    expect(await blame(run, longAfter(run), true)).toEqual({ kind: 'suspects', nodeIds: new Set() });
    expect(await blame(run, longAfter(run), false)).toEqual({ kind: 'suspects', nodeIds: new Set(['a']) });
  });

  it('finds one that takes its time to kill, although others are suspected', async () => {
    let run = suspect();
    for (let spared = 0; spared < 10; spared++) {
      run = run.reloaded();
      run.feed({ type: 'taken', blame: { kind: 'suspects', nodeIds: new Set() } });
    }
    expect(await blame(run, longAfter(run), true)).toEqual({ kind: 'suspects', nodeIds: new Set(['a']) });
  });
});
