import { edge, graph, node } from '../../../test/support/graph-builder.js';
import { LiveRun, briefly } from '../../../test/support/live-run.js';
import { CorruptJournalError } from './errors.js';
import { epochMs, runId } from './ids.js';
import { summariseNodes } from './node-summary.js';
import { reduce } from './reduce.js';

const CHAIN = graph(['a', 'b', 'c'], ['a -> b', 'b -> c']);

/** A run of the chain whose `b` failed. */
function failedChain(): LiveRun {
  const run = LiveRun.started(CHAIN);
  run.succeed('a', { v: 1 });
  run.fail('b');
  return run;
}

describe('a retried run', () => {
  it('begins with what it reuses, and goes on from there', () => {
    const run = LiveRun.retryOf(failedChain());
    expect(briefly(run.tape.events())).toEqual(['run.queued', 'node.reused a']);
    expect(run.state).toMatchObject({ status: 'PENDING', progress: 33, reused: 1, rootRunId: 'r_0' });
    expect(briefly(run.take())).toEqual(['run.started', 'node.started b']);
    run.succeed('b');
    run.succeed('c');
    expect(run.status).toBe('SUCCESS');
  });

  it('counts no attempt of what it reuses, and says where that comes from', () => {
    const run = LiveRun.retryOf(failedChain(), { given: { b: {} } });
    const [a, b, c] = summariseNodes(run.plan, run.state);
    expect(a).toMatchObject({ status: 'SUCCESS', attempts: 0, startedAt: null, finishedAt: 0, reusedFrom: 'r_0' });
    expect(b).toMatchObject({ status: 'SUCCESS', attempts: 0 });
    expect(b).not.toHaveProperty('reusedFrom');
    expect(c).toMatchObject({ status: 'PENDING' });
  });

  it('succeeds at once when everything is reused', () => {
    const past = LiveRun.started(graph(['a']));
    past.succeed('a');
    expect(briefly(LiveRun.retryOf(past).take())).toEqual(['run.started', 'run.succeeded']);
  });

  it('succeeds however long it waited when everything is reused, and not before it is taken', () => {
    const past = LiveRun.started(graph(['a']), { expireIfNotStartedSec: 1 });
    past.succeed('a');
    const run = LiveRun.retryOf(past);
    expect(run.deadline).toBeUndefined();
    expect(run.tick(5_000)).toEqual([]);
    expect(briefly(run.take())).toEqual(['run.started', 'run.succeeded']);
  });

  it('can be cancelled in the queue when everything is reused', () => {
    const past = LiveRun.started(graph(['a']));
    past.succeed('a');
    expect(briefly(LiveRun.retryOf(past).cancel())).toEqual(['run.cancel_requested', 'run.cancelled']);
  });

  it('expires in the queue when something is left to run', () => {
    const past = LiveRun.started(CHAIN, { expireIfNotStartedSec: 1 });
    past.succeed('a');
    past.fail('b');
    const run = LiveRun.retryOf(past);
    run.tick(1_000);
    expect(run.state.error).toMatchObject({ type: 'TimeoutError', details: { kind: 'queue' } });
    expect(run.statuses).toEqual({ a: 'SUCCESS', b: 'SKIPPED', c: 'SKIPPED' });
  });

  it('does not take its first session for a recovery, and does so from the second on', () => {
    const run = LiveRun.retryOf(failedChain());
    expect(briefly(run.reloaded().take())).toEqual(['run.started', 'node.started b']);
    run.take();
    expect(briefly(run.reloaded().take())).toEqual(['run.recovered', 'node.interrupted b', 'node.started b']);
  });

  it('resolves conditions and groups out of reused nodes when it starts', () => {
    const definition = graph(
      ['a', 'x', 'y', 'z'],
      [edge('a', 'x', { cond: 'output.v == 1', group: 'g' }), edge('a', 'y', { group: 'g', else: true }), 'x -> z'],
    );
    const past = LiveRun.started(definition);
    past.succeed('a', { v: 1 });
    past.fail('x');
    const run = LiveRun.retryOf(past);
    expect(briefly(run.take())).toEqual(['run.started', 'node.skipped y', 'node.started x']);
  });

  it('is cancelled in the queue as any other, with what it reuses', () => {
    const run = LiveRun.retryOf(failedChain());
    run.cancel();
    expect(run.status).toBe('CANCELLED');
    expect(run.statuses).toEqual({ a: 'SUCCESS', b: 'SKIPPED', c: 'SKIPPED' });
  });

  it('skips a node that the client wants skipped, and decides what follows by the rules', () => {
    const definition = graph(
      ['a', 'b', 'c', node('any', { join: 'any' }), node('settled', { join: 'settled' })],
      ['a -> b', 'b -> c', 'b -> any', 'a -> any', 'b -> settled'],
    );
    const past = LiveRun.started(definition);
    past.succeed('a');
    past.fail('b');
    past.succeed('settled');
    const run = LiveRun.retryOf(past, { skip: ['b'] });
    run.take();
    expect(run.skip('b')).toEqual(['skip_requested']);
    expect(run.skip('c')).toEqual(['upstream_skipped', 'b: upstream_skipped (b)']);
    expect(run.node('any')).toMatchObject({ status: 'RUNNING' });
    expect(run.node('settled')).toMatchObject({ status: 'RUNNING' });
  });

  it('skips a settled node on request too, and one for which a key is missing', () => {
    const definition = graph(
      ['a', node('s', { join: 'settled' }), node('n', { type: 'needs_text' })],
      ['a -> s', 'a -> n'],
    );
    const past = LiveRun.started(definition);
    past.fail('a');
    past.succeed('s');
    const run = LiveRun.retryOf(past, { skip: ['s', 'n'] });
    run.take();
    run.succeed('a');
    expect([run.skip('s'), run.skip('n')]).toEqual([['skip_requested'], ['skip_requested']]);
  });

  it('gives the reason of the rules for a node that would not have run anyway', () => {
    const run = LiveRun.retryOf(failedChain(), { skip: ['c'] });
    run.take();
    run.fail('b');
    expect(run.skip('c')).toEqual(['upstream_failed', 'b: upstream_failed (b)']);
  });

  it('refuses a journal that reuses a node twice, or after the run has begun', () => {
    const run = LiveRun.retryOf(failedChain());
    const again = { type: 'node.reused', ts: epochMs(0), attempt: 0, output: {}, fromRun: runId('r_0') } as const;
    expect(() => reduce(run.plan, run.reloaded().state, { ...again, nodeId: 'a' })).toThrow(CorruptJournalError);
    run.take();
    expect(() => reduce(run.plan, run.reloaded().state, { ...again, nodeId: 'c' })).toThrow(CorruptJournalError);
  });
});
