import { graph, node } from '../../../test/support/graph-builder.js';
import { LiveRun, briefly } from '../../../test/support/live-run.js';

describe('a run that is taken over', () => {
  it('says so with a higher epoch each time, and starts interrupted attempts again', () => {
    const run = LiveRun.started(graph(['a']));
    const once = run.reloaded();
    expect(briefly(once.take())).toEqual(['run.recovered', 'node.interrupted a', 'node.started a']);
    const twice = once.crash();
    expect(twice.eventsOf('run.recovered').map(({ epoch }) => epoch)).toEqual([1, 2]);
    expect(twice.record('a')).toMatchObject({ attempts: 3, interruptions: 2, crashes: 2 });
  });

  it('was not taken before when it was only queued', () => {
    expect(
      briefly(
        LiveRun.queued(graph(['a']))
          .reloaded()
          .take(),
      ),
    ).toEqual(['run.started', 'node.started a']);
  });

  it('never runs a node again that has succeeded', () => {
    const run = LiveRun.started(graph(['a', 'b'], ['a -> b']));
    run.succeed('a', { v: 1 });
    const recovered = run.crash();
    expect(recovered.starts).toEqual(['a', 'b', 'b']);
    expect(recovered.node('a')).toEqual({ status: 'SUCCESS', output: { v: 1 } });
  });

  it('starts what a success enabled when the journal ends with that success', () => {
    const run = LiveRun.started(graph(['a', 'b'], ['a -> b']));
    run.succeed('a');
    const recovered = run.crash(run.tape.length - 1);
    expect(recovered.starts).toEqual(['a', 'b']);
  });

  it('ends when the journal lacks nothing but the end', () => {
    const run = LiveRun.started(graph(['a']));
    run.succeed('a');
    expect(briefly(run.crash(run.tape.length - 1).tape.events()).slice(-2)).toEqual(['run.recovered', 'run.succeeded']);
  });

  it('is left alone when it has ended', () => {
    const run = LiveRun.started(graph(['a']));
    run.succeed('a');
    expect(run.reloaded().take()).toEqual([]);
  });

  it('starts what it interrupted before what had no slot yet', () => {
    const run = LiveRun.started(graph(['a', 'b', 'c']), { concurrency: 2 });
    expect(run.crash().starts).toEqual(['a', 'b', 'a', 'b']);
  });
});

describe('the limit on interruptions', () => {
  it('lets an attempt be lost that often, and fails the node the next time', () => {
    let run = LiveRun.started(graph(['a']), { maxInterruptions: 2 });
    run = run.crash().crash();
    expect(run.statuses.a).toBe('RUNNING');
    run = run.crash();
    expect(run.node('a')).toMatchObject({
      status: 'FAILED',
      error: {
        type: 'InterruptedError',
        message: 'the process stopped during 3 attempts, more than the 2 allowed',
        retryable: false,
        attempts: 3,
      },
    });
    expect(run.status).toBe('FAILED');
  });

  it('does not count orderly stops', () => {
    let run = LiveRun.started(graph(['a']), { maxInterruptions: 0 });
    for (let stops = 0; stops < 3; stops++) {
      expect(briefly(run.shutdown())).toEqual(['node.interrupted a']);
      run = run.crash();
      expect(run.statuses.a).toBe('RUNNING');
    }
    expect(run.record('a')).toMatchObject({ attempts: 4, interruptions: 3, crashes: 0 });
    expect(run.crash().statuses.a).toBe('FAILED');
  });

  it('uses up no retry', () => {
    const run = LiveRun.started(graph([node('a', { retries: 1 })])).crash();
    run.fail('a', { retryable: true });
    run.tick(1_000);
    expect(run.record('a')).toMatchObject({ attempts: 3, state: { status: 'RUNNING' } });
  });
});

describe('on_interrupt: fail', () => {
  const fragile = (): LiveRun => LiveRun.started(graph([node('a', { onInterrupt: 'fail', retries: 3 }), 'b']));
  const message = 'the process stopped during the attempt, and the node says on_interrupt: "fail"';

  it('fails the node when a crash ended its attempt', () => {
    const run = fragile().crash();
    expect(run.node('a')).toMatchObject({
      status: 'FAILED',
      error: { type: 'InterruptedError', message, attempts: 1 },
    });
    expect(run.statuses.b).toBe('RUNNING');
  });

  it('fails it when an orderly stop did, once the run is taken again', () => {
    const run = fragile();
    run.shutdown();
    expect(run.statuses.a).toBe('RETRYING');
    expect(run.crash().node('a')).toMatchObject({ status: 'FAILED', error: { message } });
  });

  it('does not touch a node that was waiting for its next attempt', () => {
    const run = fragile();
    run.fail('a', { retryable: true });
    expect(run.crash().statuses.a).toBe('RETRYING');
  });
});

describe('the blame for a crash', () => {
  const causes = (run: LiveRun): string[] =>
    run.eventsOf('node.interrupted').map(({ nodeId, cause }) => `${nodeId} ${cause}`);

  it('falls on the suspects alone, where there are some: the others were bystanders', () => {
    const run = LiveRun.started(graph(['a', 'b'])).reloaded();
    run.feed({ type: 'taken', blame: { kind: 'suspects', nodeIds: new Set(['b']) } });
    expect(causes(run)).toEqual(['a bystander', 'b crash']);
    expect([run.record('a'), run.record('b')]).toMatchObject([
      { interruptions: 1, crashes: 0 },
      { interruptions: 1, crashes: 1 },
    ]);
    expect(run.starts).toEqual(['a', 'b', 'a', 'b']);
  });

  it('falls on nobody when the process did not die', () => {
    const run = LiveRun.started(graph(['a']), { maxInterruptions: 0 }).reloaded();
    run.feed({ type: 'taken', blame: { kind: 'nobody' } });
    expect(causes(run)).toEqual(['a lost']);
    expect(run.statuses.a).toBe('RUNNING');
  });

  it('spares no node that says on_interrupt: fail', () => {
    const run = LiveRun.started(graph([node('a', { onInterrupt: 'fail' })])).reloaded();
    run.feed({ type: 'taken', blame: { kind: 'suspects', nodeIds: new Set() } });
    expect(run.node('a')).toMatchObject({ status: 'FAILED', error: { type: 'InterruptedError' } });
  });
});

describe('an attempt that another process made', () => {
  const interrupted = (run: LiveRun, cause: 'crash' | 'shutdown', nodeId = 'a'): readonly string[] =>
    briefly(run.feed({ type: 'attempt_interrupted', nodeId, attempt: 1, cause }));

  it.each(['crash', 'shutdown'] as const)('is made again at once after a %s, and uses up no retry', (cause) => {
    const run = LiveRun.started(graph([node('a', { retries: 0 }), 'b']));
    expect(interrupted(run, cause)).toEqual(['node.interrupted a', 'node.started a']);
    expect(run.record('a')).toMatchObject({ attempts: 2, interruptions: 1, crashes: cause === 'crash' ? 1 : 0 });
    expect(interrupted(run, cause)).toEqual([]);
  });

  it('fails its node when that was once too often, or once', () => {
    const often = LiveRun.started(graph(['a']), { maxInterruptions: 0 });
    expect(interrupted(often, 'crash')).toEqual(['node.failed a', 'run.failed']);
    const once = LiveRun.started(graph([node('a', { onInterrupt: 'fail' })]));
    expect(interrupted(once, 'shutdown')).toEqual(['node.failed a', 'run.failed']);
    expect(once.node('a')).toMatchObject({ error: { type: 'InterruptedError' } });
  });

  it('ends its node when the run is being cancelled', () => {
    const run = LiveRun.started(graph([node('a', { onInterrupt: 'fail' })]));
    run.cancel();
    expect(interrupted(run, 'crash')).toEqual(['node.cancelled a', 'run.cancelled']);
  });
});

describe('a suspect that is held', () => {
  const held = (): LiveRun => {
    const run = LiveRun.started(graph(['a', 'b', 'c']), { concurrency: 2 })
      .crash()
      .reloaded();
    run.feed({ type: 'taken', holdsSuspects: true });
    return run;
  };

  it('takes no slot and does not start until it is let go', () => {
    const run = held();
    expect(run.statuses).toEqual({ a: 'RETRYING', b: 'RETRYING', c: 'RUNNING' });
    expect(run.state.held.map((index) => run.plan.nodes[index]?.definition.id)).toEqual(['a', 'b']);
    expect(briefly(run.feed({ type: 'admit', nodeId: 'b' }))).toEqual(['node.started b']);
    run.succeed('c');
    expect(run.statuses).toEqual({ a: 'RETRYING', b: 'RUNNING', c: 'SUCCESS' });
  });

  it('is let go for one attempt', () => {
    const run = held();
    run.feed({ type: 'admit', nodeId: 'a' });
    const next = run.reloaded();
    next.feed({ type: 'taken', holdsSuspects: true, blame: { kind: 'nobody' } });
    expect(next.statuses.a).toBe('RETRYING');
  });

  it('cannot be let go when it does not wait, or is unknown', () => {
    const run = held();
    expect(run.feed({ type: 'admit', nodeId: 'c' })).toEqual([]);
    expect(run.feed({ type: 'admit', nodeId: 'unknown' })).toEqual([]);
    expect([...run.state.admitted]).toEqual([]);
  });

  it('ends like any waiting node when the run is cancelled', () => {
    const run = held();
    run.cancel();
    run.succeed('c');
    expect(run.statuses).toEqual({ a: 'CANCELLED', b: 'CANCELLED', c: 'CANCELLED' });
    expect(run.status).toBe('CANCELLED');
  });
});
