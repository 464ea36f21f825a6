import { edge, graph, node } from '../../../test/support/graph-builder.js';
import { LiveRun, briefly } from '../../../test/support/live-run.js';

describe('the clock of the queue', () => {
  const queued = (): LiveRun => LiveRun.queued(graph(['b', 'a'], ['a -> b']), { expireIfNotStartedSec: 10 });

  it('fails a run that nobody took in time', () => {
    const run = queued();
    expect(run.deadline).toBe(10_000);
    expect(briefly(run.tick(10_000))).toEqual(['node.skipped a', 'node.skipped b', 'run.failed']);
    expect(run.skip('b')).toEqual(['run_failing']);
    expect(run.state.error).toEqual({
      type: 'TimeoutError',
      message: 'the run was not started within its expire_if_not_started_sec of 10',
      retryable: false,
      attempts: 0,
      details: { kind: 'queue' },
    });
  });

  it('fails it also when it is taken too late', () => {
    const run = queued();
    run.now = 10_000;
    run.take();
    expect(run.status).toBe('FAILED');
    expect(run.starts).toEqual([]);
  });

  it('stands still once the run has started', () => {
    const run = queued();
    run.take();
    expect(run.deadline).toBeUndefined();
    expect(run.tick(60_000)).toEqual([]);
  });

  it('fails the run also when a crash cut its end short', () => {
    const run = queued();
    run.tick(10_000);
    const recovered = run.crash(2);
    expect(recovered.status).toBe('FAILED');
    expect(recovered.state.error).toMatchObject({ details: { kind: 'queue' } });
  });
});

describe('the clock of the run', () => {
  const definition = graph(
    ['fast', 'busy', node('again', { retries: 1 }), 'next', node('report', { join: 'settled' }), 'off'],
    ['busy -> next', 'next -> report', edge('busy', 'off', { on: 'failure', cond: { var: 'v', op: 'exists' } })],
  );
  const expired = (): LiveRun => {
    const run = LiveRun.started(definition, { timeoutSec: 60, retryBaseSec: 100, retryMaxDelaySec: 100 });
    run.succeed('fast');
    run.fail('again', { retryable: true });
    run.tick(60_000);
    return run;
  };
  const timeout = {
    type: 'TimeoutError',
    message: 'the run took longer than its timeout_sec of 60',
    retryable: false,
    details: { kind: 'run' },
  };

  it('ticks from the start, not from the queueing', () => {
    const run = LiveRun.queued(definition, { timeoutSec: 60 });
    expect(run.deadline).toBeUndefined();
    run.now = 7_000;
    run.take();
    expect(run.deadline).toBe(67_000);
  });

  it('fails what runs or waits for a retry, and skips the rest, settled nodes too', () => {
    const run = expired();
    expect(run.node('busy')).toMatchObject({ status: 'FAILED', error: { ...timeout, attempts: 1 } });
    expect(run.node('again')).toMatchObject({ status: 'FAILED', error: { ...timeout, attempts: 1 } });
    expect(run.skip('next')).toEqual(['upstream_failed', 'busy: upstream_failed (busy)']);
    expect(run.skip('report')).toEqual(['run_failing']);
    expect(run.skip('off')).toEqual(['cond_false', 'busy: cond_false (busy)']);
  });

  it('fails the run, blaming no node', () => {
    const run = expired();
    expect(run.status).toBe('FAILED');
    expect(run.state.error).toEqual({ ...timeout, attempts: 0 });
  });

  it('fails it although the failures it causes are handled', () => {
    const run = LiveRun.started(graph([node('a', { optional: true }), 'b'], [edge('a', 'b', { on: 'failure' })]), {
      timeoutSec: 1,
    });
    run.tick(1_000);
    expect(run.statuses).toEqual({ a: 'FAILED', b: 'SKIPPED' });
    expect(run.skip('b')).toEqual(['run_failing']);
    expect(run.state.error).toMatchObject({ type: 'TimeoutError', details: { kind: 'run' } });
  });

  it('does not start again what is due to be tried again at the same moment', () => {
    const run = LiveRun.started(graph([node('a', { retries: 1 }), 'b']), { timeoutSec: 1 });
    run.fail('a', { retryable: true });
    run.tick(1_000);
    expect(run.starts).toEqual(['a', 'b']);
    expect(run.status).toBe('FAILED');
  });

  it('fails a run that ran out of it while nobody had it, without starting anything', () => {
    const run = LiveRun.started(definition, { timeoutSec: 60 });
    run.now = 61_000;
    const recovered = run.reloaded();
    recovered.take();
    expect(recovered.status).toBe('FAILED');
    expect(recovered.eventsOf('node.interrupted')).toEqual([]);
    expect(recovered.state.error).toMatchObject(timeout);
  });

  it('skips what nothing had started, when the run drains until then', () => {
    const run = LiveRun.started(graph(['a', 'b'], ['a -> b']), { timeoutSec: 60 });
    run.drain();
    run.succeed('a');
    run.tick(60_000);
    expect(run.skip('b')).toEqual(['run_failing']);
    expect(run.state.error).toMatchObject(timeout);
  });

  it('fails the run with what ended in time when nothing is left for it to end', () => {
    const run = LiveRun.started(graph(['a']), { timeoutSec: 60 });
    run.now = 60_000;
    run.succeed('a');
    expect(run.status).toBe('SUCCESS');
  });

  it('ends what a crash interrupted after it had run out, rather than starting it again', () => {
    const run = LiveRun.started(graph(['a', 'b']), { timeoutSec: 60 });
    run.tick(60_000);
    const [first] = run.eventsOf('node.failed');
    expect(first?.nodeId).toBe('a');
    const recovered = run.crash(run.tape.length - 2);
    expect(recovered.node('b')).toMatchObject({ status: 'FAILED', error: timeout });
    expect(recovered.status).toBe('FAILED');
    expect(recovered.starts).toEqual(['a', 'b']);
  });

  it('gives way to a cancel that comes when a crash has cut its end short', () => {
    const last = node('last', { join: 'settled', alwaysOnCancel: true });
    const run = LiveRun.started(graph(['a', 'b', last], ['b -> last']), { timeoutSec: 60 });
    run.tick(60_000);
    const left = run.reloaded(run.tape.length - 3);
    expect(left.statuses).toEqual({ a: 'FAILED', b: 'RUNNING', last: 'PENDING' });
    left.cancel();
    left.take();
    expect(left.statuses).toEqual({ a: 'FAILED', b: 'CANCELLED', last: 'RUNNING' });
    left.succeed('last');
    expect(left.status).toBe('CANCELLED');
  });

  it('fails the run also when a crash cut its end short, wherever that was', () => {
    const run = expired();
    const first = run.tape.entries().find(({ ts }) => ts === 60_000)?.seq ?? 0;
    for (let keep = first; keep < run.tape.length; keep++) {
      const recovered = run.crash(keep);
      expect(recovered.statuses).toEqual(run.statuses);
      expect(recovered.state.error).toEqual(run.state.error);
    }
  });
});
