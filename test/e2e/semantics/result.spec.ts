import { echo, edge, failing, graph } from './graphs.js';
import { useRuns } from './use-runs.js';

describe('Progress and result', () => {
  const runs = useRuns();

  it('counts ended nodes, never falls and is 100 only for SUCCESS', async () => {
    const run = await runs.finish(graph([echo('a'), echo('b'), echo('c')], [edge('a', 'b'), edge('b', 'c')]));
    const progress = run.log.flatMap((entry) => (entry.progress === undefined ? [] : [entry.progress]));
    expect(progress.filter((value) => value > 0)).toEqual([33, 66, 99, 100]);
    expect(run.body.progress).toBe(100);
    expect((await runs.finish(graph([failing('a')]))).body.progress).toBe(99);
  });

  it('holds the outputs of the sinks, and a summary', async () => {
    const run = await runs.finish(
      graph([echo('a', { x: 1 }), echo('b', { y: 2 })], [edge('a', 'b')], { sinks: ['b'] }),
    );
    expect(run.body.result).toEqual({
      outputs: { b: { y: 2 } },
      sinks: ['b'],
      summary: { succeeded: 2, failed_handled: 0, skipped: 0 },
    });
  });

  it('holds every output when the graph names no sinks', async () => {
    const run = await runs.finish(graph([echo('a', { x: 1 }), echo('b')], [edge('a', 'b', { cond: 'false' })]));
    expect(run.body.result?.outputs).toEqual({ a: { x: 1 } });
  });

  it('warns when no sink was reached, or fails with require_sink', async () => {
    const nodes = [echo('a'), echo('b')];
    const edges = [edge('a', 'b', { cond: 'false' })];
    const warned = await runs.finish(graph(nodes, edges, { sinks: ['b'] }));
    expect(warned.body.status).toBe('SUCCESS');
    expect(warned.log.at(-1)).toMatchObject({ type: 'run.succeeded', data: { warnings: ['no_sink_reached'] } });
    const failed = await runs.finish(graph(nodes, edges, { sinks: ['b'], options: { require_sink: true } }));
    expect(failed.body).toMatchObject({ status: 'FAILED', error: { type: 'NoSinkReached' } });
  });

  it('numbers the journal 1, 2, 3 … and tells each event by type, level and message', async () => {
    const run = await runs.finish(graph([echo('a', { x: 1 })]));
    expect(run.log.map(({ seq, type, lvl }) => [seq, type, lvl])).toEqual([
      [1, 'run.queued', 'info'],
      [2, 'run.started', 'info'],
      [3, 'node.started', 'info'],
      [4, 'node.succeeded', 'info'],
      [5, 'run.succeeded', 'info'],
    ]);
    expect(run.log[3]).toMatchObject({ node_id: 'a', attempt: 1, progress: 99, data: { output: { x: 1 } } });
    expect(run.log[0]?.ts).toBeCloseTo(Date.now() / 1_000, -2);
  });

  it('lets the run’s options beat the graph’s and caps concurrency with a warning', async () => {
    const body = graph([failing('a')], [], { options: { max_retries: 0, concurrency: 10_000 } });
    expect((await runs.create(body)).warnings).toContainEqual(expect.objectContaining({ code: 'concurrency_capped' }));
    const strict = graph([echo('a'), echo('b')], [edge('a', 'b', { cond: 'output.none > 1' })], {
      options: { strict_conditions: true },
    });
    const run = await runs.finish(strict, { options: { strict_conditions: false } });
    expect(run.body.status).toBe('SUCCESS');
  });
});

describe('Checks when a graph is created', () => {
  const runs = useRuns();
  const ab = [echo('a'), echo('b')];

  it.each([
    ['a cycle, its nodes in order', graph(ab, [edge('a', 'b'), edge('b', 'a')]), /a -> b -> a|b -> a -> b/],
    ['an edge to an unknown node', graph(ab, [edge('a', 'c')]), /"c"/],
    ['a self-edge', graph(ab, [edge('a', 'a')]), /itself|self/],
    ['duplicate ids', graph([echo('a'), echo('a')]), /"a"/],
    ['an unknown sink', graph(ab, [], { sinks: ['nope'] }), /nope/],
    ['an unknown agent, with the nearest known', graph([{ id: 'a', type: 'agent.ecko' }]), /agent\.echo/],
    ['two plain edges between the same nodes', graph(ab, [edge('a', 'b'), edge('a', 'b')]), /./],
    ['params that break the agent’s schema', graph([{ id: 'a', type: 'agent.delay', params: { seconds: 'x' } }]), /./],
    [
      'an input that a closed agent does not know',
      graph([echo('a'), { id: 'b', type: 'agent.analyze' }], [edge('a', 'b', { map: { txt: 'x' } })]),
      /text/,
    ],
    ['a bad condition', graph(ab, [edge('a', 'b', { cond: 'output.x >' })]), /./],
    ['else without a group', graph(ab, [edge('a', 'b', { else: true })]), /group/],
    ['an unknown field', graph([echo('a', {}, { retires: 1 })]), /retries/],
  ])('refuses %s', async (_name, body, message) => {
    const refused = await runs.refuse(body);
    expect(refused.type).toBe('/problems/graph-invalid');
    expect(refused.errors.length).toBeGreaterThan(0);
    expect(refused.errors.map((error) => error.message).join('\n')).toMatch(message);
  });

  it.each([
    ['any_single_edge', graph([echo('a'), echo('b', {}, { join: 'any' })], [edge('a', 'b')])],
    ['sinks_may_be_skipped', graph(ab, [edge('a', 'b', { cond: 'true' })], { sinks: ['b'] })],
    ['node_without_sink', graph([echo('a'), echo('b')], [], { sinks: ['a'] })],
  ])('warns of %s', async (code, body) => {
    expect((await runs.create(body)).warnings).toContainEqual(expect.objectContaining({ code }));
  });
});
