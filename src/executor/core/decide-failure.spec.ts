import { edge, graph, node } from '../../../test/support/graph-builder.js';
import { LiveRun, briefly } from '../../../test/support/live-run.js';
import type { OnFailure } from './graph-definition.js';

/** `broken` can fail while `busy` runs and `waiting` has no slot; `after` follows `busy`, `report` settles it. */
const definition = graph(
  ['broken', 'busy', 'waiting', 'after', 'down', node('report', { join: 'settled' })],
  ['broken -> down', 'busy -> after', 'after -> report', 'broken -> report'],
);
const failing = (onFailure: OnFailure): LiveRun => {
  const run = LiveRun.started(definition, { onFailure, concurrency: 2 });
  run.fail('broken');
  return run;
};

describe('on_failure: finish', () => {
  it('runs everything that still can, started or not', () => {
    const run = failing('finish');
    expect(run.statuses).toMatchObject({ busy: 'RUNNING', waiting: 'RUNNING', down: 'SKIPPED' });
    run.succeed('busy');
    run.succeed('waiting');
    run.succeed('after');
    run.succeed('report');
    expect(run.status).toBe('FAILED');
    expect(run.skip('down')).toEqual(['upstream_failed', 'broken: upstream_failed (broken)']);
  });
});

describe('on_failure: stop', () => {
  it('starts nothing more but settled nodes, and lets running attempts end', () => {
    const run = failing('stop');
    expect(run.statuses).toMatchObject({ busy: 'RUNNING', waiting: 'SKIPPED', down: 'SKIPPED' });
    run.succeed('busy', { v: 1 });
    expect(run.statuses).toMatchObject({ busy: 'SUCCESS', after: 'SKIPPED', report: 'RUNNING' });
    run.succeed('report');
    expect(run.status).toBe('FAILED');
  });

  it('skips as upstream_failed what is downstream of the failure, and the rest as run_failing', () => {
    const run = failing('stop');
    run.succeed('busy');
    expect(run.skip('down')).toEqual(['upstream_failed', 'broken: upstream_failed (broken)']);
    expect(run.skip('waiting')).toEqual(['run_failing']);
    expect(run.skip('after')).toEqual(['run_failing']);
  });

  it('keeps the reason of a node that would have been skipped anyway', () => {
    const run = LiveRun.started(
      graph(
        ['broken', 'busy', 'off', 'further'],
        [edge('busy', 'off', { cond: { var: 'v', op: 'exists' } }), 'off -> further'],
      ),
      { onFailure: 'stop' },
    );
    run.fail('broken');
    run.succeed('busy');
    expect(run.skip('off')).toEqual(['cond_false', 'busy: cond_false (busy)']);
    expect(run.skip('further')).toEqual(['upstream_skipped', 'off: upstream_skipped (busy)']);
  });

  it('passes `run_failing` on down the chain', () => {
    const run = LiveRun.started(graph(['broken', 'waiting', 'next'], ['waiting -> next']), {
      onFailure: 'stop',
      concurrency: 1,
    });
    run.fail('broken');
    expect(run.skip('next')).toEqual(['run_failing', 'waiting: run_failing (waiting)']);
  });

  it('gives waiting retries up with the error they had', () => {
    const run = LiveRun.started(graph([node('a', { retries: 3 }), 'broken']), { onFailure: 'stop' });
    run.fail('a', { retryable: true, message: 'not yet' });
    run.fail('broken');
    expect(run.node('a')).toMatchObject({ status: 'FAILED', error: { message: 'not yet', attempts: 1 } });
    expect(run.status).toBe('FAILED');
  });

  it('gives a retry up that has waited long enough and lacks a slot', () => {
    const run = LiveRun.started(graph([node('a', { retries: 3 }), 'broken']), { onFailure: 'stop', concurrency: 1 });
    run.fail('a', { retryable: true });
    run.tick(1_000);
    run.fail('broken');
    expect(run.statuses).toEqual({ a: 'FAILED', broken: 'FAILED' });
  });

  it('tries nothing again that fails after that', () => {
    const run = LiveRun.started(graph([node('a', { retries: 3 }), 'broken']), { onFailure: 'stop' });
    run.fail('broken');
    run.fail('a', { retryable: true });
    expect(run.node('a')).toMatchObject({ status: 'FAILED', error: { attempts: 1 } });
  });

  it('tries settled nodes again', () => {
    const run = LiveRun.started(
      graph(['broken', node('report', { join: 'settled', retries: 1 })], ['broken -> report']),
      {
        onFailure: 'stop',
      },
    );
    run.fail('broken');
    run.fail('report', { retryable: true });
    expect(run.statuses.report).toBe('RETRYING');
    run.tick(1_000);
    expect(run.statuses.report).toBe('RUNNING');
  });

  it('lets an attempt that a crash interrupted run once more, as it was running when the run failed', () => {
    const run = failing('stop').crash();
    expect(run.statuses.busy).toBe('RUNNING');
    expect(run.record('busy').attempts).toBe(2);
    run.fail('busy', { retryable: true });
    run.succeed('report');
    expect(run.status).toBe('FAILED');
  });

  it('follows a condition that broke under strict conditions', () => {
    const run = LiveRun.started(graph(['a', 'b', 'c'], [edge('a', 'b', { cond: 'output.v > 1' })]), {
      onFailure: 'stop',
      strictConditions: true,
      concurrency: 1,
    });
    run.succeed('a');
    expect(run.skip('b')).toEqual(['cond_error', 'a: cond_error (a)']);
    expect(run.skip('c')).toEqual(['run_failing']);
    expect(run.state.error).toMatchObject({ type: 'ConditionError' });
  });

  it('follows a node that failed for want of a key, and skips what had become ready with it', () => {
    const run = LiveRun.started(graph(['a', 'b', node('c', { type: 'needs_text' })], ['a -> b', 'a -> c']), {
      onFailure: 'stop',
    });
    run.succeed('a');
    expect(run.statuses).toEqual({ a: 'SUCCESS', b: 'SKIPPED', c: 'FAILED' });
    expect(run.status).toBe('FAILED');
  });

  it('is not touched off by a failure that was handled', () => {
    const run = LiveRun.started(graph([node('a', { optional: true }), 'b', 'c'], ['b -> c']), { onFailure: 'stop' });
    run.fail('a');
    run.succeed('b');
    expect(run.statuses.c).toBe('RUNNING');
  });
});

describe('on_failure: cancel', () => {
  it('aborts what runs, waits for it, and fails the run', () => {
    const run = failing('cancel');
    expect(run.record('busy').aborting).toBe(true);
    expect(run.statuses).toMatchObject({ busy: 'RUNNING', waiting: 'SKIPPED' });
    run.fail('busy');
    expect(run.eventsOf('node.cancelled')).toMatchObject([{ nodeId: 'busy', ended: 'failed' }]);
    run.succeed('report');
    expect(run.statuses).toMatchObject({ busy: 'CANCELLED', after: 'SKIPPED', report: 'SUCCESS' });
    expect(run.skip('after')).toEqual(['run_failing', 'busy: run_failing (busy)']);
    expect(run.status).toBe('FAILED');
  });

  it('takes no success from an attempt that it aborted', () => {
    const run = failing('cancel');
    run.succeed('busy');
    expect(run.eventsOf('node.cancelled')).toMatchObject([{ nodeId: 'busy', ended: 'succeeded' }]);
  });

  it('abandons what ignores its signal when the grace is over', () => {
    const run = failing('cancel');
    expect(run.deadline).toBe(5_000);
    run.tick(5_000);
    expect(run.eventsOf('node.cancelled')).toMatchObject([{ nodeId: 'busy', ended: 'abandoned' }]);
    expect(run.succeed('busy')).toEqual([]);
  });

  it('cancels what waits for a retry', () => {
    const run = LiveRun.started(graph([node('a', { retries: 3 }), 'broken']), { onFailure: 'cancel' });
    run.fail('a', { retryable: true });
    run.fail('broken');
    expect(run.eventsOf('node.cancelled')).toMatchObject([{ nodeId: 'a', attempt: 1, ended: 'not_running' }]);
    expect(run.status).toBe('FAILED');
  });

  it('spares settled nodes, running or waiting for a retry', () => {
    const run = LiveRun.started(
      graph(
        ['ok', node('report', { join: 'settled' }), node('again', { join: 'settled', retries: 1 }), 'broken'],
        ['ok -> report', 'ok -> again'],
      ),
      { onFailure: 'cancel' },
    );
    run.succeed('ok');
    run.fail('again', { retryable: true });
    run.fail('broken');
    expect(run.record('report').aborting).toBe(false);
    expect(run.statuses).toMatchObject({ report: 'RUNNING', again: 'RETRYING' });
    run.tick(6_000);
    expect(run.statuses).toMatchObject({ report: 'RUNNING', again: 'RUNNING' });
  });

  it('starts settled nodes while what it aborted winds down', () => {
    const run = LiveRun.started(graph(['broken', 'busy', node('report', { join: 'settled' })], ['broken -> report']), {
      onFailure: 'cancel',
    });
    run.fail('broken');
    expect(run.statuses).toMatchObject({ busy: 'RUNNING', report: 'RUNNING' });
  });

  it('cancels after a crash what it had aborted before', () => {
    const recovered = failing('cancel').crash();
    expect(recovered.eventsOf('node.cancelled')).toMatchObject([{ nodeId: 'busy', ended: 'abandoned' }]);
    expect(recovered.statuses.report).toBe('RUNNING');
  });
});

describe('a failure in one go with others', () => {
  it('ends the run when nothing is left to wait for', () => {
    const run = LiveRun.started(graph(['a', 'b', 'c'], ['a -> b', 'b -> c']));
    expect(briefly(run.fail('a'))).toEqual(['node.failed a', 'node.skipped b', 'node.skipped c', 'run.failed']);
  });
});
