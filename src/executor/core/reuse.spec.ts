import { edge, graph, node } from '../../../test/support/graph-builder.js';
import { LiveRun, type RetryAsked } from '../../../test/support/live-run.js';
import type { GraphDefinition } from './graph-definition.js';
import type { Json } from './json.js';

/** Lives through a run whose nodes succeed with `{ v: <their id> }`, but those that fail. */
function ended(definition: GraphDefinition, failing: readonly string[] = [], input: Json = { v: 1 }): LiveRun {
  const run = LiveRun.started(definition, {}, input);
  finish(run, failing);
  return run;
}

function finish(run: LiveRun, failing: readonly string[] = []): void {
  for (let running = [...run.state.running]; running.length > 0; running = [...run.state.running]) {
    for (const index of running) {
      const id = run.plan.nodes[index]?.definition.id ?? '';
      if (failing.includes(id)) run.fail(id);
      else run.succeed(id, { v: id });
    }
  }
}

const reused = (past: LiveRun, asked?: RetryAsked): string[] =>
  LiveRun.planRetry(past, asked).reused.map(({ nodeId }) => nodeId);
const rerun = (past: LiveRun, asked?: RetryAsked): readonly string[] => LiveRun.planRetry(past, asked).rerun;

const CHAIN = graph(['a', 'b', 'c'], [edge('a', 'b', { map: { text: 'v' } }), edge('b', 'c', { map: { text: 'v' } })]);

describe('planReuse', () => {
  it('reuses what succeeded before the failure, and reruns the failed node and what follows it', () => {
    const past = ended(CHAIN, ['b']);
    expect(LiveRun.planRetry(past)).toMatchObject({
      reused: [{ nodeId: 'a', output: { v: 'a' }, fromRun: 'r_0' }],
      rerun: ['b', 'c'],
      unordered: [],
    });
  });

  it('says where a reused output is kept that the journal only refers to', () => {
    const ref = { artifact: '$output.a.1.json', bytes: 9, sha256: 'ab' };
    const past = LiveRun.started(graph(['a', 'b'], [edge('a', 'b', { map: { text: 'v' } })]));
    past.succeed('a', { v: 'large' }, ref);
    past.fail('b');
    const { reused: kept, next } = LiveRun.planRetry(past);
    expect(kept).toEqual([{ nodeId: 'a', output: { v: 'large' }, ref, fromRun: 'r_0' }]);
    expect(next.node('a')).toEqual({ status: 'SUCCESS', output: { v: 'large' }, ref, reusedFrom: 'r_0' });
  });

  it('reuses all of a success when nothing is changed', () => {
    expect(reused(ended(CHAIN))).toEqual(['a', 'b', 'c']);
  });

  it('reruns what the client names, and all downstream of it', () => {
    expect(rerun(ended(CHAIN), { from: ['b'] })).toEqual(['b', 'c']);
  });

  it('reruns what gets another input from the run, and reuses what does not', () => {
    const definition = graph(['a', 'b', 'c'], [edge('$input', 'a', { map: { text: 'v' } }), 'a -> c']);
    expect(reused(ended(definition), { input: { v: 2 } })).toEqual(['b']);
    expect(reused(ended(definition), { input: { v: 1, other: true } })).toEqual(['a', 'b', 'c']);
  });

  it('compares params as they come to be: templates filled in, overrides included', () => {
    const params = { said: '${ input.v }' };
    const definition = graph([node('a', { params }), node('b', { params: { x: 1 } })]);
    const past = ended(definition);
    expect(reused(past, { input: { v: 2 } })).toEqual(['b']);
    expect(reused(past, { params: { b: { x: 1 } } })).toEqual(['a', 'b']);
    expect(reused(past, { params: { b: { x: 2 } } })).toEqual(['a']);
    expect(reused(past, { params: { a: { said: 1 } } })).toEqual(['a', 'b']);
  });

  it('reruns a node whose params hold the id of the run', () => {
    expect(reused(ended(graph([node('a', { params: { id: '${ run.id }' } }), 'b'])))).toEqual(['b']);
  });

  it('reruns a node whose template cannot be filled in any more', () => {
    const past = ended(graph([node('a', { params: { x: '${ input.v }' } })]));
    expect(reused(past, { input: {} })).toEqual([]);
  });

  it('reads templates over nodes that are reused, and does not foresee those that rerun', () => {
    const definition = graph(
      [node('a'), node('b'), node('c', { params: { x: '${ nodes.a.output.v }' } })],
      ['a -> b', 'b -> c'],
    );
    expect(reused(ended(definition))).toEqual(['a', 'b', 'c']);
    expect(rerun(ended(definition), { from: ['a'] })).toEqual(['a', 'b', 'c']);
  });

  it.each([
    ['a label', { label: 'A' }, ['a']],
    ['a pool', { pool: 'gpu' }, ['a']],
    ['a time-out', { timeoutSec: 5 }, []],
    ['another agent', { type: 'defaults_text' }, []],
    ['reuse: never', { reuse: 'never' as const }, []],
  ])('looks at the definition: %s', (_, fields, expected) => {
    expect(reused(ended(graph(['a'])), { definition: graph([node('a', fields)]) })).toEqual(expected);
  });

  it('never reuses settled nodes, handlers of failures, nor nodes that opt out', () => {
    const definition = graph(
      ['a', node('watch', { join: 'settled' }), node('done', { join: 'any' }), node('fresh', { reuse: 'never' })],
      ['a -> watch', edge('a', 'done', { on: 'done' })],
    );
    expect(rerun(ended(definition))).toEqual(['watch', 'done', 'fresh']);
  });

  it('decides skips again, and reuses what stands behind a skip that is certain', () => {
    const definition = graph(
      ['a', 'left', 'right', node('merge', { join: 'any' })],
      [
        edge('a', 'left', { cond: 'input.v == 1' }),
        edge('a', 'right', { cond: 'input.v == 2' }),
        edge('left', 'merge', { map: { text: 'v' } }),
        edge('right', 'merge', { map: { text: 'v' } }),
      ],
    );
    const past = ended(definition);
    expect(LiveRun.planRetry(past)).toMatchObject({ rerun: ['right'] });
    expect(reused(past)).toEqual(['a', 'left', 'merge']);
    expect(reused(past, { input: { v: 2 } })).toEqual(['a']);
  });

  it('reruns nodes that another version adds, and forgets those that it drops', () => {
    const definition = graph(['a', 'x', 'c'], ['a -> x', 'x -> c']);
    expect(LiveRun.planRetry(ended(CHAIN), { definition })).toMatchObject({ rerun: ['x', 'c'] });
  });

  it('takes given outputs, and reuses behind them only what they do not change', () => {
    const past = ended(CHAIN, ['b']);
    expect(LiveRun.planRetry(past, { given: { b: { v: 'given' } } })).toMatchObject({
      reused: [
        { nodeId: 'a', fromRun: 'r_0' },
        { nodeId: 'b', output: { v: 'given' }, fromRun: null },
      ],
      rerun: ['c'],
    });
    expect(reused(ended(CHAIN), { given: { b: { v: 'b' } } })).toEqual(['a', 'b', 'c']);
    expect(reused(past, { given: { a: null } })).toEqual(['a']);
  });

  it('lists nodes that the client wants skipped neither as reused nor as rerun', () => {
    const plan = LiveRun.planRetry(ended(CHAIN, ['b']), { skip: ['b'] });
    expect(plan).toMatchObject({ reused: [{ nodeId: 'a' }], rerun: ['c'] });
  });

  it('names templates that would be read too early, because a given output waits for nobody', () => {
    const reader = node('c', { params: { x: '${ nodes.a.output.v }' } });
    const definition = graph(['a', 'b', reader], ['a -> b', 'b -> c', edge('$input', 'c')]);
    const asked = { from: ['a'], given: { b: {} } };
    expect(LiveRun.planRetry(ended(definition), asked).unordered).toEqual([{ nodeId: 'c', reads: 'a' }]);
    const waiting = graph(['a', 'b', reader], ['a -> b', 'b -> c', 'a -> c']);
    expect(LiveRun.planRetry(ended(waiting), asked).unordered).toEqual([]);
    const diamond = graph(['a', 'b', 'd', reader], ['a -> d', 'd -> b', 'd -> c', 'b -> c']);
    expect(LiveRun.planRetry(ended(diamond), asked).unordered).toEqual([]);
  });

  it('keeps the run that made an output over a chain of retries', () => {
    const second = LiveRun.retryOf(ended(CHAIN, ['c']));
    second.take();
    finish(second, ['c']);
    expect(LiveRun.planRetry(second).reused).toMatchObject([
      { nodeId: 'a', fromRun: 'r_0' },
      { nodeId: 'b', fromRun: 'r_0' },
    ]);
  });

  it('says of a given output that it comes from the run to which it was given', () => {
    const second = LiveRun.retryOf(ended(CHAIN, ['b']), { given: { b: { v: 'given' } } });
    second.take();
    finish(second, ['c']);
    expect(LiveRun.planRetry(second).reused).toMatchObject([
      { nodeId: 'a', fromRun: 'r_0' },
      { nodeId: 'b', output: { v: 'given' }, fromRun: 'r_1' },
    ]);
  });

  it('reuses as much of a retry that ended in the queue', () => {
    const definition = graph(['a', 'b', 'c'], [edge('$input', 'a', { map: { text: 'v' } }), 'a -> b', 'b -> c']);
    const second = LiveRun.retryOf(ended(definition, ['c']));
    second.cancel();
    expect(second.statuses).toEqual({ a: 'SUCCESS', b: 'SUCCESS', c: 'SKIPPED' });
    expect(reused(second)).toEqual(['a', 'b']);
  });
});
