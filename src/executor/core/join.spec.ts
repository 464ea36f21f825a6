import { edge, graph, node } from '../../../test/support/graph-builder.js';
import { LiveRun } from '../../../test/support/live-run.js';
import type { Join } from './graph-definition.js';

const never = { var: 'v', op: 'exists' } as const;

/** `fine` succeeds, `broken` fails, `joint` waits for both and whatever `edges` say. */
const joined = (join: Join, over: { readonly handled?: boolean } = {}): LiveRun => {
  const isHandled = over.handled === true;
  const handler = isHandled ? [edge('broken', 'handler', { on: 'failure' })] : [];
  const run = LiveRun.started(
    graph(
      ['fine', 'broken', node('joint', { join }), ...(isHandled ? ['handler'] : [])],
      ['fine -> joint', 'broken -> joint', ...handler],
    ),
  );
  run.succeed('fine');
  run.fail('broken');
  return run;
};

describe('a node without edges', () => {
  it.each<Join>(['all', 'any', 'settled'])('starts at once with the join %s', (join) => {
    expect(LiveRun.started(graph([node('a', { join })])).statuses.a).toBe('RUNNING');
  });
});

describe('join: all', () => {
  it('waits for every edge and runs when all were taken', () => {
    const run = LiveRun.started(graph(['a', 'b', 'joint'], ['a -> joint', 'b -> joint', '$input -> joint']));
    run.succeed('a');
    expect(run.statuses.joint).toBe('PENDING');
    run.succeed('b');
    expect(run.statuses.joint).toBe('RUNNING');
  });

  it('skips when an edge was not taken, `$input` edges included', () => {
    const run = LiveRun.started(graph(['a', 'b'], ['a -> b', edge('$input', 'b', { cond: never })]));
    run.succeed('a');
    expect(run.skip('b')).toEqual(['cond_false', '$input: cond_false ($input)']);
  });

  it('is not decided before its last edge resolved, even when one has refused it', () => {
    const run = LiveRun.started(graph(['a', 'b', 'joint'], ['a -> joint', 'b -> joint']));
    run.fail('a');
    expect(run.statuses.joint).toBe('PENDING');
    run.succeed('b');
    expect(run.skip('joint')).toEqual(['upstream_failed', 'a: upstream_failed (a)']);
  });
});

describe('join: any', () => {
  it('skips when a source failed unhandled, although another edge was taken', () => {
    expect(joined('any').skip('joint')).toEqual(['upstream_failed', 'broken: upstream_failed (broken)']);
  });

  it('runs when the source that failed was handled', () => {
    expect(joined('any', { handled: true }).statuses.joint).toBe('RUNNING');
  });

  it('blames the unhandled failure of a direct source rather than the condition on its edge', () => {
    const run = LiveRun.started(
      graph(['broken', node('joint', { join: 'any' })], [edge('broken', 'joint', { on: 'failure', cond: never })]),
    );
    run.fail('broken');
    expect(run.skip('joint')).toEqual(['upstream_failed', 'broken: upstream_failed (broken)']);
  });

  it('runs although a failure further up skipped one of its sources', () => {
    const run = LiveRun.started(
      graph(
        ['broken', 'between', 'fine', node('joint', { join: 'any' })],
        ['broken -> between', 'between -> joint', 'fine -> joint'],
      ),
    );
    run.fail('broken');
    run.succeed('fine');
    expect(run.statuses).toMatchObject({ between: 'SKIPPED', joint: 'RUNNING' });
  });

  it('does not count `$input` edges, unless the node has no others', () => {
    const run = LiveRun.started(
      graph(
        ['a', node('mixed', { join: 'any' }), node('fed', { join: 'any' })],
        [
          edge('a', 'mixed', { cond: never }),
          '$input -> mixed',
          '$input -> fed',
          edge('$input', 'fed', { on: 'done', cond: never }),
        ],
      ),
    );
    run.succeed('a');
    expect(run.skip('mixed')).toEqual(['cond_false', 'a: cond_false (a)']);
    expect(run.statuses.fed).toBe('RUNNING');
  });

  it('is not held back by an `$input` edge that was not taken', () => {
    const run = LiveRun.started(
      graph(['a', node('b', { join: 'any' })], ['a -> b', edge('$input', 'b', { cond: never })]),
    );
    run.succeed('a');
    expect(run.statuses.b).toBe('RUNNING');
  });
});

describe('join: settled', () => {
  it('runs after a failure, and does not handle it', () => {
    const run = joined('settled');
    expect(run.statuses.joint).toBe('RUNNING');
    run.succeed('joint');
    expect(run.status).toBe('FAILED');
    expect(run.state.error?.nodeId).toBe('broken');
  });

  it('runs after a source that was skipped', () => {
    const run = LiveRun.started(
      graph(['a', 'b', node('c', { join: 'settled' })], [edge('a', 'b', { cond: never }), 'b -> c']),
    );
    run.succeed('a');
    expect(run.statuses).toMatchObject({ b: 'SKIPPED', c: 'RUNNING' });
  });
});

describe('the reason of a skip', () => {
  it('is the weightiest of its causes, which are listed in that order', () => {
    const run = LiveRun.started(
      graph(
        [
          'falsy',
          'faulty',
          'off',
          'skipped',
          node('optional', { optional: true }),
          'broken',
          node('joint', { type: 'needs_text' }),
        ],
        [
          edge('falsy', 'joint', { cond: never }),
          edge('faulty', 'joint', { cond: 'output.v > 1' }),
          edge('off', 'skipped', { cond: never }),
          'skipped -> joint',
          edge('optional', 'joint', { map: { text: 'v' } }),
          'broken -> joint',
        ],
      ),
    );
    for (const id of ['falsy', 'faulty', 'off']) run.succeed(id);
    run.fail('optional');
    run.fail('broken');
    expect(run.skip('joint')).toEqual([
      'upstream_failed',
      'broken: upstream_failed (broken)',
      'optional: missing_input (optional)',
      'skipped: upstream_skipped (off)',
      'faulty: cond_error (faulty)',
      'falsy: cond_false (falsy)',
    ]);
  });

  it('stays `upstream_failed` down a chain that a failure began, naming where it began', () => {
    const run = LiveRun.started(graph(['a', 'b', 'c', 'd'], ['a -> b', 'b -> c', 'c -> d']));
    run.fail('a');
    expect(run.skip('d')).toEqual(['upstream_failed', 'c: upstream_failed (a)']);
  });

  it('is `upstream_skipped` down any other chain, naming where it began', () => {
    const run = LiveRun.started(graph(['a', 'b', 'c', 'd'], [edge('a', 'b', { cond: never }), 'b -> c', 'c -> d']));
    run.succeed('a');
    expect(run.skip('d')).toEqual(['upstream_skipped', 'c: upstream_skipped (a)']);
  });
});
