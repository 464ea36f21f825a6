import { edge, graph, node } from '../../../test/support/graph-builder.js';
import { LiveRun, briefly } from '../../../test/support/live-run.js';

describe('cancelling a pending run', () => {
  it('ends it at once, its nodes skipped as run_cancelled, those that always run too', () => {
    const run = LiveRun.queued(
      graph(['b', 'a', node('last', { join: 'settled', alwaysOnCancel: true })], ['a -> b', 'b -> last']),
    );
    expect(briefly(run.cancel())).toEqual([
      'run.cancel_requested',
      'node.skipped a',
      'node.skipped b',
      'node.skipped last',
      'run.cancelled',
    ]);
    expect(run.skip('b')).toEqual(['run_cancelled']);
    expect(run.skip('last')).toEqual(['run_cancelled']);
  });

  it('ends it also when the process dies right after the request', () => {
    const run = LiveRun.queued(graph(['a', 'b']));
    run.cancel();
    expect(briefly(run.crash(2).tape.events()).slice(2)).toEqual([
      'run.recovered',
      'node.skipped a',
      'node.skipped b',
      'run.cancelled',
    ]);
  });
});

describe('cancelling a running run', () => {
  const running = (): LiveRun =>
    LiveRun.started(graph(['busy', node('again', { retries: 1 }), 'waiting', 'next'], ['busy -> next']), {
      concurrency: 1,
    });

  it('tells attempts to stop and waits for them; the rest ends at once', () => {
    const run = LiveRun.started(graph(['a', 'waiting', 'next'], ['a -> next']), { concurrency: 1 });
    expect(briefly(run.cancel())).toEqual(['run.cancel_requested', 'node.skipped waiting']);
    expect(run.record('a').aborting).toBe(true);
    expect(briefly(run.fail('a'))).toEqual(['node.cancelled a', 'node.skipped next', 'run.cancelled']);
    expect(run.skip('next')).toEqual(['run_cancelled', 'a: run_cancelled (a)']);
  });

  it.each([
    ['failed', (run: LiveRun) => run.fail('busy', { retryable: true })],
    ['succeeded', (run: LiveRun) => run.succeed('busy', 1)],
    ['abandoned', (run: LiveRun) => run.tick(5_000)],
  ])('journals that an attempt %s in the end', (ended, end) => {
    const run = running();
    run.cancel();
    end(run);
    expect(run.eventsOf('node.cancelled')).toMatchObject([{ nodeId: 'busy', attempt: 1, ended }]);
    expect(run.status).toBe('CANCELLED');
    expect(run.record('busy')).toMatchObject({ aborting: false, state: { status: 'CANCELLED' } });
  });

  it('waits no longer than the grace', () => {
    const run = running();
    run.now = 100;
    run.cancel();
    expect(run.deadline).toBe(5_100);
    run.tick(4_999);
    expect(run.status).toBe('RUNNING');
    run.tick(1);
    expect(run.status).toBe('CANCELLED');
  });

  it('drops what an abandoned attempt returns later', () => {
    const run = LiveRun.started(graph(['a', node('last', { join: 'settled', alwaysOnCancel: true })], ['a -> last']));
    run.cancel();
    run.tick(5_000);
    expect(run.succeed('a')).toEqual([]);
    expect(run.statuses).toEqual({ a: 'CANCELLED', last: 'RUNNING' });
  });

  it('cancels what is between two attempts', () => {
    const run = LiveRun.started(graph([node('a', { retries: 1 })]));
    run.fail('a', { retryable: true });
    run.cancel();
    expect(run.eventsOf('node.cancelled')).toMatchObject([{ nodeId: 'a', attempt: 1, ended: 'not_running' }]);
    expect(run.status).toBe('CANCELLED');
  });

  it('asks once, however often it is repeated', () => {
    const run = running();
    run.cancel();
    expect(run.cancel()).toEqual([]);
    run.fail('busy');
    expect(run.cancel()).toEqual([]);
    expect(run.eventsOf('run.cancel_requested')).toHaveLength(1);
  });

  it('outweighs a failure and a clock that runs out meanwhile', () => {
    const run = LiveRun.started(graph(['broken', 'busy']), { timeoutSec: 1 });
    run.fail('broken');
    run.cancel();
    run.tick(3_000);
    expect(run.status).toBe('RUNNING');
    run.fail('busy');
    expect(run.status).toBe('CANCELLED');
  });

  it('outweighs the clock over all attempts of a node: what was aborted is cancelled, not failed', () => {
    const run = LiveRun.started(graph([node('a', { retry: { totalSec: 1 } })]));
    run.cancel();
    run.tick(1_000);
    expect(run.statuses.a).toBe('RUNNING');
    run.tick(4_000);
    expect(run.statuses.a).toBe('CANCELLED');
  });

  it('outweighs a failure after which the run was being aborted', () => {
    const run = LiveRun.started(graph(['broken', 'busy', node('report', { join: 'settled' })], ['broken -> report']), {
      onFailure: 'cancel',
    });
    run.fail('broken');
    run.tick(1_000);
    run.cancel();
    expect(run.record('report').aborting).toBe(true);
    expect(run.deadline).toBe(6_000);
    run.tick(5_000);
    expect(run.statuses).toEqual({ broken: 'FAILED', busy: 'CANCELLED', report: 'CANCELLED' });
    expect(run.status).toBe('CANCELLED');
  });

  it('skips as run_cancelled what would have been skipped for another reason too', () => {
    const run = LiveRun.started(
      graph(['a', 'b', 'joint'], [edge('a', 'joint', { cond: { var: 'v', op: 'exists' } }), 'b -> joint']),
    );
    run.succeed('a');
    run.cancel();
    run.fail('b');
    expect(run.skip('joint')).toEqual(['run_cancelled', 'b: run_cancelled (b)', 'a: cond_false (a)']);
  });

  it('goes on after a crash: what was aborted counts as abandoned', () => {
    const run = running();
    run.cancel();
    const recovered = run.crash();
    expect(recovered.eventsOf('node.cancelled')).toMatchObject([{ nodeId: 'busy', ended: 'abandoned' }]);
    expect(recovered.status).toBe('CANCELLED');
  });

  it('goes on after an orderly stop too', () => {
    const run = running();
    run.cancel();
    expect(briefly(run.shutdown())).toEqual(['node.cancelled busy']);
    expect(run.crash().status).toBe('CANCELLED');
  });

  it('cancels what an earlier crash had interrupted and nobody has started again', () => {
    const run = LiveRun.started(graph(['a']));
    run.shutdown();
    const next = run.reloaded();
    next.cancel();
    expect(next.eventsOf('node.cancelled')).toMatchObject([{ nodeId: 'a', ended: 'not_running' }]);
    expect(next.status).toBe('CANCELLED');
  });
});

describe('always_on_cancel', () => {
  const always = { join: 'settled', alwaysOnCancel: true } as const;

  it('runs its node once nothing that was aborted is left', () => {
    const run = LiveRun.started(graph(['a', 'b', node('last', always)], ['a -> last']));
    run.cancel();
    run.fail('a');
    expect(run.statuses.last).toBe('PENDING');
    run.tick(5_000);
    expect(run.statuses).toEqual({ a: 'CANCELLED', b: 'CANCELLED', last: 'RUNNING' });
    expect(run.status).toBe('RUNNING');
    run.succeed('last');
    expect(run.statuses.last).toBe('SUCCESS');
    expect(run.status).toBe('CANCELLED');
  });

  it('spares its node when it is running already, and tries it again when it fails', () => {
    const run = LiveRun.started(graph(['a', node('last', { ...always, retries: 1 })], ['a -> last']));
    run.succeed('a');
    run.cancel();
    expect(run.record('last').aborting).toBe(false);
    run.tick(60_000);
    run.fail('last', { retryable: true });
    expect(run.statuses.last).toBe('RETRYING');
    run.tick(1_000);
    run.succeed('last');
    expect(run.statuses.last).toBe('SUCCESS');
    expect(run.status).toBe('CANCELLED');
  });

  it('keeps its node in line when it waits for a slot', () => {
    const run = LiveRun.started(graph(['a', 'b', node('last', always)], ['a -> last']), { concurrency: 1 });
    run.succeed('a');
    run.cancel();
    run.fail('b');
    expect(run.statuses.last).toBe('RUNNING');
  });

  it('runs its node again after a crash', () => {
    const run = LiveRun.started(graph(['a', node('last', always)], ['a -> last']));
    run.cancel();
    run.fail('a');
    const recovered = run.crash();
    expect(recovered.record('last')).toMatchObject({ attempts: 2, state: { status: 'RUNNING' } });
  });

  it('says nothing about other settled nodes: they are skipped', () => {
    const run = LiveRun.started(graph(['a', node('report', { join: 'settled' })], ['a -> report']));
    run.cancel();
    run.fail('a');
    expect(run.skip('report')).toEqual(['run_cancelled']);
  });
});
