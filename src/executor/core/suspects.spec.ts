import { graph } from '../../../test/support/graph-builder.js';
import { LiveRun } from '../../../test/support/live-run.js';
import { epochMs } from './ids.js';
import { chargedSuspects, isSuspect, suspectsInFlight } from './suspects.js';

describe('a suspect', () => {
  it('is a node that crashes have cut off twice', () => {
    const run = LiveRun.started(graph(['a']));
    expect(isSuspect(run.crash().record('a'))).toBe(false);
    expect(isSuspect(run.crash().crash().record('a'))).toBe(true);
  });

  it('is in flight from the start of its latest attempt on', () => {
    let run = LiveRun.started(graph(['a', 'b'], ['a -> b']));
    run.now = 500;
    run = run.crash().crash();
    expect(suspectsInFlight(run.plan, run.state)).toEqual([{ nodeId: 'a', startedAt: 500 }]);
    run.succeed('a');
    expect(suspectsInFlight(run.plan, run.state)).toEqual([]);
  });
});

describe('chargedSuspects', () => {
  const started = (...seconds: number[]) =>
    seconds.map((second) => ({ nodeId: `at ${second}`, startedAt: epochMs(second * 1_000) }));
  const charged = (...seconds: number[]): string[] => chargedSuspects(started(...seconds)).map(({ nodeId }) => nodeId);

  it('are those that were let go last', () => {
    expect(charged(1, 5, 3)).toEqual(['at 5']);
    expect(charged(1, 5.2, 5, 4.8)).toEqual(['at 5.2', 'at 5', 'at 4.8']);
  });

  it('are all if they were let go together, and none if none was in flight', () => {
    expect(charged(5, 5)).toEqual(['at 5', 'at 5']);
    expect(charged()).toEqual([]);
  });
});
