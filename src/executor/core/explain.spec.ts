import { edge, graph, node } from '../../../test/support/graph-builder.js';
import { LiveRun } from '../../../test/support/live-run.js';
import type { NodeExplanation } from './explain-node.js';
import { explainNode, summariseNode } from './explain-node.js';
import { decodeEntry } from './event-codec.js';
import type { NodeEvent } from './run-event.js';

function explain(run: LiveRun, id: string): NodeExplanation {
  const planNode = run.plan.nodes[run.plan.indexOf.get(id) ?? -1];
  if (planNode === undefined) throw new Error(`no node ${id}`);
  const events = run.tape
    .entries()
    .filter(({ nodeId }) => nodeId === id)
    .map((entry) => decodeEntry(entry) as NodeEvent);
  const explanation = explainNode(run.plan, run.state, planNode, events);
  expect(explanation.summary).toBe(summariseNode(run.plan, run.state, planNode));
  return explanation;
}

const edgesOf = (run: LiveRun, id: string): string[] =>
  explain(run, id).edges.map(({ from, verdict, reason, summary }) => `${from} ${verdict} ${reason}: ${summary}`);

describe('a node that waits', () => {
  it('waits for the run to start', () => {
    const run = LiveRun.queued(graph(['a'], [edge('$input', 'a')]));
    expect(explain(run, 'a')).toMatchObject({ summary: 'waits for the run to start', waitsFor: { kind: 'start' } });
    expect(edgesOf(run, 'a')).toEqual(['$input unresolved null: waits for the run to start']);
  });

  it('waits for its sources', () => {
    const run = LiveRun.started(graph(['a', 'b', 'c'], ['a -> c', 'b -> c']));
    run.succeed('a');
    expect(explain(run, 'c')).toMatchObject({
      status: 'PENDING',
      summary: 'waits for b to end',
      waitsFor: { kind: 'edges', from: ['b'] },
      chain: [],
      attempts: [],
    });
    expect(edgesOf(run, 'c')).toEqual(['a taken null: taken', 'b unresolved null: waits for b to end']);
  });

  it('waits for a place', () => {
    const run = LiveRun.started(graph(['a', 'b']), { concurrency: 1 });
    expect(explain(run, 'b')).toMatchObject({
      summary: 'is ready and waits for a place: 1 of 1 attempts run',
      waitsFor: { kind: 'slot', running: 1, concurrency: 1 },
    });
  });

  it('waits between two attempts, and tells what became of the first', () => {
    const run = LiveRun.started(graph([node('a', { retries: 1 })]));
    run.fail('a', { retryable: true });
    expect(explain(run, 'a')).toMatchObject({
      status: 'RETRYING',
      summary: 'attempt 1 failed (Broken: a broke), the next waits for its time',
      waitsFor: { kind: 'retry', dueAt: 1_000 },
      attempts: [{ attempt: 1, outcome: 'failed', startedAt: 0, endedAt: 0, waitMs: 1_000, error: { type: 'Broken' } }],
    });
  });

  it('waits for an attempt in place of one that was cut off', () => {
    const run = LiveRun.started(graph(['a']));
    run.shutdown();
    expect(explain(run, 'a')).toMatchObject({
      summary: 'attempt 1 was cut off with its process, the next will start',
      attempts: [{ outcome: 'interrupted', endedAt: 0, waitMs: null }],
    });
  });
});

describe('a node that runs or ran', () => {
  it('runs because nothing comes before it', () => {
    const run = LiveRun.started(graph(['a']));
    expect(explain(run, 'a')).toMatchObject({
      summary: 'runs attempt 1: it has no incoming edges',
      waitsFor: { kind: 'attempt' },
      attempts: [{ outcome: 'running', endedAt: null, error: null }],
    });
    run.now = 7;
    run.succeed('a');
    expect(explain(run, 'a')).toMatchObject({
      summary: 'ran: it has no incoming edges',
      waitsFor: null,
      attempts: [{ outcome: 'succeeded', endedAt: 7 }],
    });
  });

  it.each([
    ['all', 'all of its edges were taken (join "all")'],
    ['any', 'the edges from a, b were taken (join "any")'],
    ['settled', 'its sources had all ended (join "settled")'],
  ] as const)('ran as its join %s says', (join, why) => {
    const run = LiveRun.started(graph(['a', 'b', node('c', { join })], ['a -> c', 'b -> c']));
    run.succeed('a');
    run.succeed('b');
    run.succeed('c');
    expect(explain(run, 'c').summary).toBe(`ran: ${why}`);
  });

  it('tells logs and progress from attempts', () => {
    const run = LiveRun.started(graph(['a']));
    run.feed({ type: 'attempt_progressed', nodeId: 'a', attempt: 1, percent: 50 });
    run.succeed('a');
    expect(explain(run, 'a').attempts).toHaveLength(1);
  });

  it('shows what its edges brought, and which paths led nowhere', () => {
    const run = LiveRun.started(graph(['a', 'b'], [edge('a', 'b', { map: { x: 'deep.x', y: 'y' } })]));
    run.succeed('a', { deep: { x: 1 } });
    expect(explain(run, 'b').edges[0]?.mapped).toEqual([
      { key: 'x', path: 'deep.x', found: true },
      { key: 'y', path: 'y', found: false },
    ]);
  });

  it('did not run where a retry took its success over, or its output was given', () => {
    const past = LiveRun.started(graph(['a', 'b']));
    past.succeed('a');
    past.succeed('b');
    const run = LiveRun.retryOf(past, { given: { b: 1 } });
    run.take();
    expect(explain(run, 'a').summary).toBe('did not run: its success in r_0 was reused');
    expect(explain(run, 'b').summary).toBe('did not run: its output was given');
  });
});

describe('a node that failed', () => {
  it('names the error, and itself as the first cause', () => {
    const run = LiveRun.started(graph([node('a', { retries: 1 })]));
    run.fail('a', { retryable: true });
    run.tick(1_000);
    run.fail('a');
    expect(explain(run, 'a')).toMatchObject({
      summary: 'failed, after 2 attempts: Broken: a broke',
      attempts: [{ outcome: 'failed' }, { outcome: 'failed', waitMs: null }],
      chain: [{ node: 'a', status: 'FAILED', skipReason: null, error: { type: 'Broken' } }],
    });
  });

  it('says that it was handled, and that it never began', () => {
    const run = LiveRun.started(graph([node('a', { type: 'needs_text', optional: true })]));
    expect(explain(run, 'a')).toMatchObject({ attempts: [] });
    expect(explain(run, 'a').summary).toMatch(/^failed, which was handled, without an attempt: /);
    const once = LiveRun.started(graph(['b']));
    once.fail('b');
    expect(explain(once, 'b').summary).toMatch(/^failed, after 1 attempt: /);
  });
});

describe('a node that was skipped', () => {
  it('after a failure, back to the first cause', () => {
    const run = LiveRun.started(graph(['a', 'b', 'c'], ['a -> b', 'b -> c']));
    run.fail('a');
    expect(explain(run, 'c')).toMatchObject({
      summary: 'was skipped (upstream_failed): the edge from b was not taken: b was skipped after a failure',
      waitsFor: null,
      chain: [
        { node: 'c', status: 'SKIPPED', skipReason: 'upstream_failed', error: null },
        { node: 'b', status: 'SKIPPED', skipReason: 'upstream_failed' },
        { node: 'a', status: 'FAILED', error: { message: 'a broke' } },
      ],
    });
    expect(edgesOf(run, 'b')).toEqual(['a not_taken upstream_failed: not taken: a failed']);
  });

  it('by a condition, with the values that it saw', () => {
    const cond = {
      all: [{ var: 'x', op: '>', value: 1 }, { any: [{ not: { var: 'gone', op: 'exists' } }] }],
    } as const;
    const run = LiveRun.started(graph(['a', 'b', 'c'], [edge('a', 'b', { cond, map: { x: 'x' } }), 'b -> c']));
    run.succeed('a', { x: 1 });
    expect(explain(run, 'b')).toMatchObject({
      summary: 'was skipped (cond_false): the edge from a was not taken: its condition does not hold',
      edges: [
        {
          mapped: [],
          condition: {
            cond,
            holds: false,
            values: [
              { name: 'x', op: '>', value: 1, found: true, actual: 1 },
              { name: 'gone', op: 'exists', found: false },
            ],
          },
        },
      ],
      chain: [{ node: 'b' }, { node: 'a', status: 'SUCCESS', skipReason: null, error: null }],
    });
    expect(edgesOf(run, 'c')).toEqual(['b not_taken upstream_skipped: not taken: b was skipped']);
  });

  it('by a condition on the run’s input, where the chain ends', () => {
    const run = LiveRun.started(graph(['a'], [edge('$input', 'a', { cond: 'input.x == 2' })]), {}, { x: 1 });
    const explanation = explain(run, 'a');
    expect(explanation.chain).toHaveLength(1);
    expect(explanation.edges[0]).toMatchObject({
      from: '$input',
      fromStatus: null,
      condition: { cond: 'input.x == 2', holds: false, values: [{ name: 'input.x', found: true, actual: 1 }] },
    });
  });

  it('by an expression that could not be evaluated', () => {
    const run = LiveRun.started(graph(['a', 'b'], [edge('a', 'b', { cond: 'output.gone > 1' })]));
    run.succeed('a');
    const [only] = explain(run, 'b').edges;
    expect(only?.summary).toMatch(/^not taken: its condition could not be evaluated: ./);
    expect(only?.condition).toMatchObject({ holds: null, values: [{ name: 'output.gone', found: false }] });
    expect(only?.condition?.error).not.toBe('');
  });

  it('because its source succeeded and the edge is for failures, whose condition was never asked', () => {
    const run = LiveRun.started(graph(['a', 'b'], [edge('a', 'b', { on: 'failure', cond: 'true' })]));
    run.succeed('a');
    const [only] = explain(run, 'b').edges;
    expect(only?.summary).toBe('not taken: its source succeeded, and it is for failures');
    expect(only?.condition).toEqual({ cond: 'true', holds: null, values: [] });
  });

  it('because another edge of its group was taken', () => {
    const group = 'g';
    const edges = [
      edge('a', 'b', { group, cond: 'output.x == 1' }),
      edge('a', 'c', { group, else: true }),
      edge('$input', 'd', { group }),
      edge('$input', 'e', { group }),
    ];
    const run = LiveRun.started(graph(['a', 'b', 'c', 'd', 'e'], edges));
    run.succeed('a', { x: 1 });
    expect(edgesOf(run, 'b')).toEqual(['a taken null: taken: its condition holds']);
    expect(edgesOf(run, 'c')).toEqual([
      'a not_taken cond_false: not taken: an earlier edge of the group "g" was taken',
    ]);
    expect(edgesOf(run, 'e')).toEqual([
      '$input not_taken cond_false: not taken: an earlier edge of the group "g" was taken',
    ]);
  });

  it('because a failed optional node left it without its data, or ran without it', () => {
    const optional = node('a', { optional: true });
    const run = LiveRun.started(
      graph(
        [optional, 'b', node('c', { type: 'defaults_text' })],
        [edge('a', 'b', { map: { x: 'x' } }), edge('a', 'c', { map: { text: 'x' } })],
      ),
    );
    run.fail('a');
    expect(edgesOf(run, 'b')).toEqual([
      'a not_taken missing_input: not taken: a failed, is optional, and what this edge maps has no default',
    ]);
    expect(edgesOf(run, 'c')).toEqual([
      'a taken_without_data null: taken without data: a failed, is optional, and nothing of it is needed',
    ]);
  });

  it('shows a handler the error that it looked at', () => {
    const run = LiveRun.started(graph(['a', 'b'], [edge('a', 'b', { on: 'failure', cond: 'error.type == "Broken"' })]));
    run.fail('a');
    expect(explain(run, 'b').edges[0]?.condition).toMatchObject({
      holds: true,
      values: [{ name: 'error.type', found: true, actual: 'Broken' }],
    });
  });

  it('because the run stopped after a failure', () => {
    const run = LiveRun.started(graph(['a', 'b', 'c', 'd'], ['b -> c', 'c -> d']), {
      onFailure: 'stop',
      concurrency: 1,
    });
    run.fail('a');
    expect(explain(run, 'b').summary).toBe('was skipped (run_failing)');
    expect(explain(run, 'c').summary).toMatch(/^was skipped \(run_failing\)/);
    expect(edgesOf(run, 'd')).toEqual([
      'c not_taken run_failing: not taken: the run is failing and starts nothing more',
    ]);
  });

  it('because the run was cancelled', () => {
    const run = LiveRun.started(graph(['a', 'b'], ['a -> b']));
    run.cancel();
    run.fail('a');
    expect(explain(run, 'a')).toMatchObject({
      summary: 'was cancelled with its run',
      attempts: [{ outcome: 'cancelled' }],
      chain: [],
    });
    expect(edgesOf(run, 'b')).toEqual(['a not_taken run_cancelled: not taken: the run is being cancelled']);
  });

  it('cuts values that nobody would read', () => {
    const run = LiveRun.started(graph(['a', 'b'], [edge('a', 'b', { cond: { var: 'x', op: 'exists' } })]));
    run.succeed('a', { x: 'x'.repeat(1_000) });
    const [value] = explain(run, 'b').edges[0]?.condition?.values ?? [];
    expect(value?.actual).toBe(`"${'x'.repeat(499)} …`);
  });
});
