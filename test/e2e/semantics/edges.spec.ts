import { echo, edge, failing, graph, needsText } from './graphs.js';
import { useRuns } from './use-runs.js';

describe('Edges', () => {
  const runs = useRuns();

  it('maps values along dotted paths, array indexes included', async () => {
    const source = echo('a', { json: { items: [{ title: 'first' }] } });
    const run = await runs.finish(
      graph([source, echo('b')], [edge('a', 'b', { map: { title: 'json.items.0.title' } })]),
    );
    expect(run.output('b')).toEqual({ title: 'first' });
  });

  it('passes no data without a map: the edge only orders', async () => {
    const run = await runs.finish(graph([echo('a', { x: 1 }), echo('b', { y: 2 })], [edge('a', 'b')]));
    expect(run.output('b')).toEqual({ y: 2 });
    expect(run.startedBefore('a', 'b')).toBe(true);
  });

  it('supplies nothing, not null, where a path leads nowhere', async () => {
    const run = await runs.finish(
      graph([echo('a', { x: null }), echo('b')], [edge('a', 'b', { map: { x: 'x', y: 'y' } })]),
    );
    expect(run.output('b')).toEqual({ x: null });
  });

  it('takes the run input from $input', async () => {
    const run = await runs.finish(graph([echo('a')], [edge('$input', 'a', { map: { url: 'deep.url' } })]), {
      input: { deep: { url: 'here' } },
    });
    expect(run.output('a')).toEqual({ url: 'here' });
  });

  it('keeps __proto__ and constructor as plain data all the way', async () => {
    const input = JSON.parse('{"x": {"__proto__": {"a": 1}, "constructor": 2}}') as unknown;
    const run = await runs.finish(graph([echo('a')], [edge('$input', 'a', { map: { x: 'x' } })]), { input });
    expect(JSON.stringify(run.output('a'))).toBe('{"x":{"__proto__":{"a":1},"constructor":2}}');
  });

  it('takes a failure edge on failure, a done edge on either, and lets both see the error', async () => {
    const seen = { map: { type: 'error.type', message: 'error.message', attempts: 'error.attempts' } };
    const run = await runs.finish(
      graph(
        [failing('a'), echo('caught'), echo('always'), echo('never')],
        [
          edge('a', 'caught', { on: 'failure', ...seen }),
          edge('a', 'always', { on: 'done', cond: 'error.attempts == 1' }),
          edge('a', 'never'),
        ],
      ),
    );
    expect(run.output('caught')).toMatchObject({ attempts: 1, message: expect.stringContaining('a broke') });
    expect(run.status('always')).toBe('SUCCESS');
    expect(run.node('never')).toMatchObject({ status: 'SKIPPED', skip_reason: 'upstream_failed' });
  });

  it('skips the target of a failure edge when the source succeeds', async () => {
    const run = await runs.finish(graph([echo('a'), echo('b')], [edge('a', 'b', { on: 'failure' })]));
    expect(run.node('b')).toMatchObject({ status: 'SKIPPED', skip_reason: 'cond_false' });
    expect(run.body.status).toBe('SUCCESS');
  });

  it('takes no edge out of a skipped node', async () => {
    const run = await runs.finish(
      graph(
        [echo('a'), echo('b'), echo('c'), echo('d')],
        [edge('a', 'b', { cond: 'false' }), edge('b', 'c', { on: 'done' }), edge('b', 'd', { on: 'failure' })],
      ),
    );
    expect(run.statuses()).toEqual({ a: 'SUCCESS', b: 'SKIPPED', c: 'SKIPPED', d: 'SKIPPED' });
    expect(run.node('c').skip_reason).toBe('upstream_skipped');
  });

  it('takes the first edge of a group that holds, and else when none does', async () => {
    const branch = graph(
      [echo('a', {}), echo('high'), echo('mid'), echo('low')],
      [
        edge('$input', 'a', { map: { n: 'n' } }),
        edge('a', 'high', { group: 'g', cond: 'output.n > 10' }),
        edge('a', 'mid', { group: 'g', cond: { var: 'n', op: '>', value: 5 } }),
        edge('a', 'low', { group: 'g', else: true }),
      ],
    );
    const taken = async (n: number): Promise<string[]> => {
      const run = await runs.finish(branch, { input: { n } });
      return ['high', 'mid', 'low'].filter((id) => run.status(id) === 'SUCCESS');
    };
    expect(await taken(11)).toEqual(['high']);
    expect(await taken(6)).toEqual(['mid']);
    expect(await taken(1)).toEqual(['low']);
  });

  it.each([
    ['==', { var: 'x', op: '==', value: { b: 2, a: 1 } }, true],
    ['== on unlike types', { var: 's', op: '==', value: 5 }, false],
    ['!= on unlike types', { var: 's', op: '!=', value: 5 }, true],
    ['!= on a missing var', { var: 'none', op: '!=', value: 5 }, true],
    ['< on unlike types', { var: 's', op: '<', value: 9 }, false],
    ['> on a missing var', { var: 'none', op: '>', value: 0 }, false],
    ['contains', { var: 'list', op: 'contains', value: 2 }, true],
    ['in', { var: 's', op: 'in', value: ['4', '5'] }, true],
    ['exists on null', { var: 'nil', op: 'exists' }, true],
    ['exists negated', { var: 'none', op: 'exists', value: false }, true],
    ['matches searches', { var: 's2', op: 'matches', value: 'b+c' }, true],
    [
      'all, any, not',
      { all: [{ any: [{ var: 's', op: '==', value: '5' }] }, { not: { var: 'none', op: 'exists' } }] },
      true,
    ],
    ['a mapped name before a path', { var: 'renamed', op: '==', value: '5' }, true],
  ])('evaluates %s', async (_name, cond, isTaken) => {
    const source = echo('a', { x: { a: 1, b: 2 }, s: '5', s2: 'abbc', list: [1, 2], nil: null });
    const run = await runs.finish(graph([source, echo('b')], [edge('a', 'b', { cond, map: { renamed: 's' } })]));
    expect(run.status('b')).toBe(isTaken ? 'SUCCESS' : 'SKIPPED');
  });

  it('lets CEL see output, input and mapped, and nothing of ancestors', async () => {
    const cond = 'output.x == 1 && input.y == 2 && mapped.z == 1';
    const run = await runs.finish(
      graph([echo('a', { x: 1 }), echo('b')], [edge('a', 'b', { cond, map: { z: 'x' } })]),
      {
        input: { y: 2 },
      },
    );
    expect(run.status('b')).toBe('SUCCESS');
    const refused = await runs.refuse(
      graph([echo('a'), echo('b')], [edge('a', 'b', { cond: 'nodes.a.output.x == 1' })]),
    );
    expect(refused.errors).toEqual([expect.objectContaining({ pointer: '/edges/0/cond' })]);
  });

  it('counts a condition that cannot be evaluated as not taken, with a warning', async () => {
    const run = await runs.finish(graph([echo('a'), echo('b')], [edge('a', 'b', { cond: 'output.none > 1' })]));
    expect(run.node('b')).toMatchObject({ status: 'SKIPPED', skip_reason: 'cond_error' });
    expect(run.body.status).toBe('SUCCESS');
    expect(run.log).toContainEqual(expect.objectContaining({ type: 'node.log', lvl: 'warn', node_id: 'a' }));
  });

  it('fails the run, naming the edge, with strict_conditions', async () => {
    const run = await runs.finish(
      graph([echo('a'), echo('b')], [edge('a', 'b', { cond: 'output.none > 1' })], {
        options: { strict_conditions: true },
      }),
    );
    expect(run.body).toMatchObject({
      status: 'FAILED',
      error: { type: 'ConditionError', details: { from: 'a', to: 'b' } },
    });
  });
});

describe('Optional nodes and handled failures', () => {
  const runs = useRuns();

  it('does not fail the run for an optional node, whose plain edges count as taken without data', async () => {
    const run = await runs.finish(graph([failing('a', { optional: true }), echo('b')], [edge('a', 'b')]));
    expect(run.body.status).toBe('SUCCESS');
    expect(run.statuses()).toEqual({ a: 'FAILED', b: 'SUCCESS' });
    expect(run.body.result?.summary).toEqual({ succeeded: 1, failed_handled: 1, skipped: 0 });
  });

  it('takes an optional node’s mapped edge if each key has a default in the target’s params', async () => {
    const run = await runs.finish(
      graph([failing('a', { optional: true }), echo('b', { x: 'default' })], [edge('a', 'b', { map: { x: 'x' } })]),
    );
    expect(run.output('b')).toEqual({ x: 'default' });
  });

  it('skips with missing_input otherwise', async () => {
    const run = await runs.finish(
      graph(
        [failing('a', { optional: true }), needsText('b'), echo('c')],
        [edge('a', 'b', { map: { text: 'x' } }), edge('b', 'c')],
      ),
    );
    expect(run.node('b')).toMatchObject({
      status: 'SKIPPED',
      skip_reason: 'missing_input',
      skip_causes: [expect.objectContaining({ from: 'a', reason: 'missing_input', root: 'a' })],
    });
    expect(run.node('c')).toMatchObject({
      skip_reason: 'upstream_skipped',
      skip_causes: [expect.objectContaining({ root: 'a' })],
    });
  });

  it('names the handler that failed, and the first cause', async () => {
    const run = await runs.finish(graph([failing('a'), failing('h')], [edge('a', 'h', { on: 'failure' })]));
    expect(run.body).toMatchObject({
      status: 'FAILED',
      error: { node_id: 'h', first_cause: { node_id: 'a' }, error: { message: expect.stringContaining('h broke') } },
    });
  });
});
