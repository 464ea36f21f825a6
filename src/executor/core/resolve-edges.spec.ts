import { type EdgeFields, edge, graph, node } from '../../../test/support/graph-builder.js';
import { LiveRun } from '../../../test/support/live-run.js';
import type { Json } from './json.js';
import type { NodeStatus } from './statuses.js';

const isPositive = { var: 'v', op: '>', value: 0 } as const;

/** One edge from `a` to `b`; `end` ends `a`. */
const across = (fields: EdgeFields, end: (run: LiveRun) => void, b = node('b')): LiveRun => {
  const run = LiveRun.started(graph(['a', b], [edge('a', 'b', fields)]));
  end(run);
  return run;
};
const succeed =
  (output: Json = {}) =>
  (run: LiveRun): void =>
    void run.succeed('a', output);
const fail = (run: LiveRun): void => void run.fail('a');

describe('what an edge waits for', () => {
  it.each<[EdgeFields['on'], NodeStatus, NodeStatus]>([
    ['success', 'RUNNING', 'SKIPPED'],
    ['failure', 'SKIPPED', 'RUNNING'],
    ['done', 'RUNNING', 'RUNNING'],
  ])('on: %s leads to %s after a success and to %s after a failure', (on, afterSuccess, afterFailure) => {
    expect(across({ on }, succeed()).statuses.b).toBe(afterSuccess);
    expect(across({ on }, fail).statuses.b).toBe(afterFailure);
  });

  it('is no skipped source, whatever its `on`', () => {
    const run = LiveRun.started(
      graph(['a', 'b', 'c'], [edge('a', 'b', { cond: isPositive }), edge('b', 'c', { on: 'done' })]),
    );
    run.succeed('a', { v: 0 });
    expect(run.skip('c')).toEqual(['upstream_skipped', 'b: upstream_skipped (a)']);
  });

  it('is a true condition too, when it has one', () => {
    expect(across({ cond: isPositive }, succeed({ v: 1 })).statuses.b).toBe('RUNNING');
    expect(across({ cond: isPositive }, succeed({ v: 0 })).skip('b')).toEqual(['cond_false', 'a: cond_false (a)']);
  });

  it('can be read off mapped names, the error and the input of the run', () => {
    const mapped = { map: { amount: 'deep.v' }, cond: { var: 'amount', op: '>', value: 0 } } as const;
    expect(across(mapped, succeed({ deep: { v: 1 } })).statuses.b).toBe('RUNNING');
    expect(across({ on: 'failure', cond: 'error.type == "Broken"' }, fail).statuses.b).toBe('RUNNING');
    expect(across({ on: 'done', cond: 'error == null' }, succeed()).statuses.b).toBe('RUNNING');
    const run = LiveRun.started(graph(['a', 'b'], [edge('a', 'b', { cond: 'input.go' })]), {}, { go: true });
    run.succeed('a');
    expect(run.statuses.b).toBe('RUNNING');
  });

  it('can be read off the input of the run on an `$input` edge', () => {
    const definition = graph(
      ['a', 'b'],
      [edge('$input', 'a', { cond: isPositive }), edge('$input', 'b', { cond: 'output.v < 0' })],
    );
    expect(LiveRun.started(definition, {}, { v: 1 }).statuses).toEqual({ a: 'RUNNING', b: 'SKIPPED' });
  });
});

describe('a condition that cannot be evaluated', () => {
  const faulty = { cond: 'output.v > 1' };

  it('does not take its edge, and warns with the names of the edge', () => {
    const run = across(faulty, succeed());
    expect(run.skip('b')).toEqual(['cond_error', 'a: cond_error (a)']);
    expect(run.status).toBe('SUCCESS');
    const [warning] = run.eventsOf('node.log');
    expect(warning).toMatchObject({
      nodeId: 'a',
      attempt: 0,
      level: 'warn',
      data: { code: 'cond_error', from: 'a', to: 'b' },
    });
    expect(warning?.message).toMatch(/^the condition of the edge a -> b could not be evaluated/);
  });

  it('warns under its target when the edge comes from the input', () => {
    const run = LiveRun.started(graph(['a'], [edge('$input', 'a', faulty)]));
    expect(run.eventsOf('node.log')[0]).toMatchObject({ nodeId: 'a', data: { from: '$input', to: 'a' } });
  });

  it('warns once, also when the process dies before or after the warning is written', () => {
    const run = across(faulty, succeed());
    const rows = run.tape.length;
    for (let keep = 3; keep < rows; keep++) {
      const recovered = run.crash(keep);
      if (recovered.statuses.a === 'RUNNING') recovered.succeed('a');
      expect(recovered.eventsOf('node.log')).toHaveLength(1);
      expect(recovered.status).toBe('SUCCESS');
    }
  });

  it('fails the run with strict conditions, naming the first such edge', () => {
    const run = LiveRun.started(
      graph(['a', 'b', 'c'], [edge('a', 'b', faulty), edge('a', 'c', { cond: 'output.w > 1' })]),
      { strictConditions: true },
    );
    run.succeed('a');
    expect(run.status).toBe('FAILED');
    expect(run.state.error).toMatchObject({ type: 'ConditionError', nodeId: 'a', details: { from: 'a', to: 'b' } });
    expect(run.state.error?.message).toMatch(/^the condition of the edge a -> b could not be evaluated/);
  });

  it('fails the run for an edge from the input too, blaming no node', () => {
    const run = LiveRun.started(graph(['a'], [edge('$input', 'a', faulty)]), { strictConditions: true });
    expect(run.state.error).toMatchObject({ type: 'ConditionError', details: { from: '$input', to: 'a' } });
    expect(run.state.error?.nodeId).toBeUndefined();
  });
});

describe('edges of one group', () => {
  const branching = graph(
    ['a', 'x', 'y', 'z'],
    [
      edge('a', 'x', { group: 'g', cond: isPositive }),
      edge('a', 'y', { group: 'g', cond: { var: 'v', op: '>', value: -5 } }),
      edge('a', 'z', { group: 'g', else: true }),
    ],
  );
  const takenWith = (v: number): string[] => {
    const run = LiveRun.started(branching);
    run.succeed('a', { v });
    return ['x', 'y', 'z'].filter((id) => run.statuses[id] === 'RUNNING');
  };

  it('exclude each other: the first that holds in spec order is taken, `else` catches the rest', () => {
    expect([takenWith(1), takenWith(-1), takenWith(-9)]).toEqual([['x'], ['y'], ['z']]);
  });

  it('do not touch edges of other groups, of none, or of the same name at another source', () => {
    const run = LiveRun.started(
      graph(
        ['a', 'b', 'x', 'y', 'z'],
        [edge('a', 'x', { group: 'g' }), edge('a', 'y', { group: 'h' }), edge('b', 'z', { group: 'g' })],
      ),
    );
    run.succeed('a');
    run.succeed('b');
    expect(run.statuses).toMatchObject({ x: 'RUNNING', y: 'RUNNING', z: 'RUNNING' });
  });

  it('leave the conditions after the one that was taken unevaluated', () => {
    const run = LiveRun.started(
      graph(['a', 'x', 'y'], [edge('a', 'x', { group: 'g' }), edge('a', 'y', { group: 'g', cond: 'output.v > 1' })]),
      { strictConditions: true },
    );
    run.succeed('a');
    expect(run.skip('y')).toEqual(['cond_false', 'a: cond_false (a)']);
  });

  it('go on to the next when a condition cannot be evaluated', () => {
    const run = LiveRun.started(
      graph(
        ['a', 'x', 'y'],
        [edge('a', 'x', { group: 'g', cond: 'output.v > 1' }), edge('a', 'y', { group: 'g', else: true })],
      ),
    );
    run.succeed('a');
    expect(run.statuses).toMatchObject({ x: 'SKIPPED', y: 'RUNNING' });
  });
});

describe('the success edges of an optional node that failed', () => {
  const after = (target: ReturnType<typeof node>, fields: EdgeFields = {}): LiveRun => {
    const run = LiveRun.started(graph([node('a', { optional: true }), target], [edge('a', target.id, fields)]));
    run.fail('a');
    return run;
  };

  it('are taken without data when they map nothing', () => {
    const run = after(node('b'));
    expect(run.statuses).toEqual({ a: 'FAILED', b: 'RUNNING' });
    run.succeed('b');
    expect(run.status).toBe('SUCCESS');
  });

  it.each([
    ['the input schema', node('b', { type: 'defaults_text' }), 'text'],
    ['the params schema', node('b', { type: 'defaults_url_param' }), 'url'],
    ['the params', node('b', { type: 'needs_url_param', params: { url: 'http://example' } }), 'url'],
  ])('are taken when every mapped key has a default in %s', (_, target, key) => {
    expect(after(target, { map: { [key]: 'v' } }).statuses.b).toBe('RUNNING');
  });

  it('are not taken, with missing_input, when a mapped key has no default', () => {
    expect(after(node('b', { type: 'needs_text' }), { map: { text: 'v' } }).skip('b')).toEqual([
      'missing_input',
      'a: missing_input (a)',
    ]);
  });

  it.each<[string, EdgeFields]>([
    ['a condition', { cond: isPositive }],
    ['a group', { group: 'g' }],
  ])('are not taken when they have %s', (_, fields) => {
    expect(after(node('b'), fields).skip('b')).toEqual(['upstream_failed', 'a: upstream_failed (a)']);
  });
});

describe('a failure', () => {
  it('is handled once a failure or done edge was taken', () => {
    for (const on of ['failure', 'done'] as const) {
      const run = across({ on }, fail);
      expect(run.node('a')).toMatchObject({ status: 'FAILED', handled: true });
      run.succeed('b');
      expect(run.status).toBe('SUCCESS');
    }
  });

  it('is unhandled when the condition of its failure edge was false', () => {
    const run = across({ on: 'failure', cond: 'error.type == "Other"' }, fail);
    expect(run.node('a')).toMatchObject({ status: 'FAILED', handled: false });
    expect(run.status).toBe('FAILED');
  });
});
