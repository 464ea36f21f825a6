import { echo, edge, failing, graph, needsText } from './graphs.js';
import { useRuns } from './use-runs.js';

const branch = (n: number): readonly [ReturnType<typeof edge>, ReturnType<typeof edge>] => [
  edge('a', 'x', { group: 'g', cond: `output.n == ${n}` }),
  edge('a', 'y', { group: 'g', else: true }),
];

describe('Joins', () => {
  const runs = useRuns();

  it('merges a branch with any', async () => {
    const run = await runs.finish(
      graph(
        [echo('a', { n: 1 }), echo('x', { by: 'x' }), echo('y', { by: 'y' }), echo('m', {}, { join: 'any' })],
        [...branch(1), edge('x', 'm', { map: { by: 'by' } }), edge('y', 'm', { map: { by: 'by' } })],
      ),
    );
    expect(run.output('m')).toEqual({ by: 'x' });
    expect(run.status('y')).toBe('SKIPPED');
  });

  it('skips an all join over a branch, warned of at creation', async () => {
    const body = graph(
      [echo('a', { n: 1 }), echo('x'), echo('y'), echo('m')],
      [...branch(1), edge('x', 'm'), edge('y', 'm')],
    );
    const created = await runs.create(body);
    expect(created.warnings).toContainEqual(expect.objectContaining({ code: 'join_never_satisfied' }));
    const run = await runs.finish(body);
    expect(run.node('m')).toMatchObject({ status: 'SKIPPED', skip_reason: 'upstream_skipped' });
  });

  it('skips an any join with a taken edge when another direct source failed unhandled', async () => {
    const run = await runs.finish(
      graph([echo('a'), failing('b'), echo('m', {}, { join: 'any' })], [edge('a', 'm'), edge('b', 'm')]),
    );
    expect(run.node('m')).toMatchObject({ status: 'SKIPPED', skip_reason: 'upstream_failed' });
    expect(run.body.status).toBe('FAILED');
  });

  it('does not count $input for any, unless the node has no other edges', async () => {
    const withOther = graph(
      [echo('a'), echo('m', {}, { join: 'any' }), echo('alone', {}, { join: 'any' })],
      [
        edge('a', 'm', { cond: 'false' }),
        edge('$input', 'm', { map: { x: 'x' } }),
        edge('$input', 'alone', { map: { x: 'x' } }),
      ],
    );
    const run = await runs.finish(withOther, { input: { x: 1 } });
    expect(run.status('m')).toBe('SKIPPED');
    expect(run.output('alone')).toEqual({ x: 1 });
  });

  it('runs a settled node whatever happened and shows it how each source ended, without handling failures', async () => {
    const run = await runs.finish(
      graph(
        [failing('a'), echo('b'), echo('s', {}, { join: 'settled' })],
        [edge('a', 's'), edge('b', 's', { cond: 'false' })],
      ),
    );
    expect(run.status('s')).toBe('SUCCESS');
    expect(run.body.status).toBe('FAILED');
    expect((await runs.nodeRun(run, 's')).upstream).toEqual({
      a: { status: 'FAILED', error: expect.objectContaining({ attempts: 1 }) },
      b: { status: 'SUCCESS' },
    });
  });

  it('gives the heaviest reason and lists all causes', async () => {
    const run = await runs.finish(
      graph(
        [failing('f'), echo('a'), echo('s'), echo('m')],
        [edge('f', 'm'), edge('a', 's', { cond: 'false' }), edge('s', 'm')],
      ),
    );
    expect(run.node('m')).toMatchObject({ skip_reason: 'upstream_failed' });
    expect(run.node('m').skip_causes).toEqual([
      { from: 'f', on: 'success', reason: 'upstream_failed', root: 'f' },
      { from: 's', on: 'success', reason: 'upstream_skipped', root: 'a' },
    ]);
  });

  it('keeps upstream_failed down the chain and names its first node', async () => {
    const run = await runs.finish(graph([failing('f'), echo('b'), echo('c')], [edge('f', 'b'), edge('b', 'c')]));
    expect(run.node('c')).toMatchObject({
      skip_reason: 'upstream_failed',
      skip_causes: [{ from: 'b', on: 'success', reason: 'upstream_failed', root: 'f' }],
    });
  });

  it('fails a node at once, without retries, when nothing supplies a key it needs', async () => {
    const run = await runs.finish(
      graph([echo('a'), needsText('b', { retries: 3 })], [edge('a', 'b', { map: { text: 'nowhere' } })]),
    );
    expect(run.node('b')).toMatchObject({
      status: 'FAILED',
      attempts: 0,
      error: { type: 'MissingInput', retryable: false, message: expect.stringContaining('"text"') },
    });
  });

  it('lets a mapped key override a param that the input does not know', async () => {
    const run = await runs.finish(
      graph(
        [echo('a', { e: '1 + 1' }), { id: 'b', type: 'agent.transform' }],
        [edge('a', 'b', { map: { expression: 'e' } })],
      ),
    );
    expect(run.output('b')).toEqual({ value: 2 });
  });

  it('lets the later edge in spec order win a key, with a warning at creation', async () => {
    const body = graph(
      [echo('a', { v: 'a' }), echo('b', { v: 'b' }), echo('c')],
      [edge('b', 'c', { map: { v: 'v' } }), edge('a', 'c', { map: { v: 'v' } })],
    );
    expect((await runs.create(body)).warnings).toContainEqual(expect.objectContaining({ code: 'key_written_twice' }));
    expect((await runs.finish(body)).output('c')).toEqual({ v: 'a' });
  });
});

describe('Params and templates', () => {
  const runs = useRuns();

  it('keeps the type of a param that is exactly one template, splices text otherwise', async () => {
    const run = await runs.finish(
      graph(
        [
          echo('a', { n: 5 }),
          echo('b', { whole: '${ nodes.a.output.n }', text: 'n=${nodes.a.output.n} of ${run.id}, ${input.who}' }),
        ],
        [edge('a', 'b')],
      ),
      { input: { who: 'me' } },
    );
    expect(run.output('b')).toEqual({ whole: 5, text: `n=5 of ${run.body.run_id}, me` });
  });

  it.each([
    ['a node that is not upstream', { x: '${nodes.b.output.x}' }],
    ['an unknown node', { x: '${nodes.nobody.output.x}' }],
    ['an environment variable that is not allowed', { x: '${env.HOME}' }],
    ['an expression that does not parse', { x: '${input.}' }],
    ['an unknown name', { x: '${somewhere}' }],
  ])('refuses %s when the graph is created', async (_name, params) => {
    const refused = await runs.refuse(graph([echo('a', params), echo('b')], [edge('a', 'b')]));
    expect(refused.errors).toEqual([expect.objectContaining({ pointer: '/nodes/0/params/x' })]);
  });

  it('checks templated params when the attempt starts, and does not retry', async () => {
    const delay = { id: 'a', type: 'agent.delay', params: { seconds: '${input.text}' } };
    const run = await runs.finish(graph([delay]), { input: { text: 'not a number' } });
    expect(run.node('a')).toMatchObject({
      status: 'FAILED',
      attempts: 1,
      error: { type: 'InvalidParams', retryable: false },
    });
  });
});
