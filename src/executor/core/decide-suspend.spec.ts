import { graph } from '../../../test/support/graph-builder.js';
import { LiveRun, briefly } from '../../../test/support/live-run.js';
import { epochMs } from './ids.js';
import { replay } from './replay.js';
import { isSuspended } from './run-state.js';
import { suspectsInFlight } from './suspects.js';

const UNTIL = epochMs(1_000_000);

const suspended = (): LiveRun => {
  const run = LiveRun.started(graph(['a', 'b']));
  run.feed({ type: 'attempt_suspended', nodeId: 'a', attempt: 1, until: UNTIL });
  return run;
};

describe('an attempt that only waits', () => {
  it('says so once in the journal, and until when', () => {
    const run = suspended();
    expect(run.feed({ type: 'attempt_suspended', nodeId: 'a', attempt: 1, until: UNTIL })).toEqual([]);
    expect(run.eventsOf('node.log')).toMatchObject([
      { nodeId: 'a', attempt: 0, level: 'debug', data: { code: 'suspended', until: UNTIL } },
    ]);
    expect(run.statuses.a).toBe('RUNNING');
    expect(isSuspended(run.record('a'))).toBe(true);
    expect(isSuspended(run.record('b'))).toBe(false);
  });

  it('is not interrupted when its session ends, and goes on as the same attempt', () => {
    const recovered = suspended().reloaded();
    expect(briefly(recovered.take())).toEqual(['run.recovered', 'node.interrupted b', 'node.started b']);
    expect(recovered.record('a')).toMatchObject({ attempts: 1, interruptions: 0, crashes: 0 });
    recovered.succeed('a');
    expect(recovered.statuses.a).toBe('SUCCESS');
  });

  it('is left alone by a process that stops', () => {
    expect(briefly(suspended().feed({ type: 'shutdown' }))).toEqual(['node.interrupted b']);
  });

  it('is cancelled like any other', () => {
    const run = suspended();
    run.feed({ type: 'cancel' });
    expect(run.feed({ type: 'attempt_suspended', nodeId: 'a', attempt: 1, until: epochMs(2_000_000) })).toEqual([]);
    const recovered = run.reloaded();
    expect(briefly(recovered.take())).toEqual([
      'run.recovered',
      'node.cancelled a',
      'node.cancelled b',
      'run.cancelled',
    ]);
  });

  it('is no suspect of a crash', () => {
    let run = LiveRun.started(graph(['a']))
      .crash()
      .crash();
    expect(suspectsInFlight(run.plan, run.state)).toHaveLength(1);
    run.feed({ type: 'attempt_suspended', nodeId: 'a', attempt: 3, until: UNTIL });
    expect(suspectsInFlight(run.plan, run.state)).toEqual([]);
    run = run.crash();
    expect(run.record('a').crashes).toBe(2);
  });

  it('waits anew in its next attempt', () => {
    const run = suspended();
    run.fail('a', { type: 'Flaky', message: 'not yet', retryable: true });
    expect(isSuspended(run.record('a'))).toBe(false);
  });

  it('is decided in the same way when its journal is replayed', () => {
    const run = suspended().reloaded();
    run.take();
    run.succeed('a');
    expect(replay(run.plan, run.tape.entries()).differences).toEqual([]);
  });
});
