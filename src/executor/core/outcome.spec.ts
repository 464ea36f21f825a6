import { edge, graph, node } from '../../../test/support/graph-builder.js';
import { LiveRun } from '../../../test/support/live-run.js';

describe('the result of a run', () => {
  it('holds the output of every node that succeeded when the graph names no sinks', () => {
    const run = LiveRun.started(graph(['a', 'b'], ['a -> b']));
    run.succeed('a', { v: 1 });
    run.succeed('b', 'text');
    expect(run.result).toEqual({
      outputs: { a: { v: 1 }, b: 'text' },
      sinks: [],
      summary: { succeeded: 2, failedHandled: 0, skipped: 0 },
    });
  });

  it('refers to outputs that are kept in files, in their places', () => {
    const ref = { artifact: '$output.b.1.json', bytes: 9, sha256: 'ab' };
    const run = LiveRun.started(graph(['a', 'b', 'c']));
    run.succeed('a', 1);
    run.succeed('b', { large: true }, ref);
    run.succeed('c', 3);
    expect(run.result).toMatchObject({ outputs: { a: 1, b: null, c: 3 }, refs: { b: ref } });
    expect(Object.keys(run.result.outputs)).toEqual(['a', 'b', 'c']);
  });

  it('refers to none that no sink made', () => {
    const ref = { artifact: '$output.a.1.json', bytes: 9, sha256: 'ab' };
    const run = LiveRun.started(graph(['a', 'b'], ['a -> b'], ['b']));
    run.succeed('a', { large: true }, ref);
    run.succeed('b', 1);
    expect(run.result).toEqual({
      outputs: { b: 1 },
      sinks: ['b'],
      summary: { succeeded: 2, failedHandled: 0, skipped: 0 },
    });
  });

  it('holds the outputs of the sinks that succeeded, and counts the rest', () => {
    const run = LiveRun.started(
      graph(
        ['a', 'b', node('c', { optional: true }), 'd'],
        ['a -> b', edge('a', 'd', { cond: { var: 'v', op: 'exists' } })],
        ['b', 'd'],
      ),
    );
    run.succeed('a');
    run.succeed('b', 1);
    run.fail('c');
    expect(run.result).toEqual({
      outputs: { b: 1 },
      sinks: ['b', 'd'],
      summary: { succeeded: 2, failedHandled: 1, skipped: 1 },
    });
  });
});

describe('a run none of whose sinks succeeded', () => {
  const sinkless = (requireSink: boolean): LiveRun => {
    const run = LiveRun.started(graph(['a', 'b'], [edge('a', 'b', { cond: { var: 'v', op: 'exists' } })], ['b']), {
      requireSink,
    });
    run.succeed('a');
    return run;
  };

  it('succeeds with a warning', () => {
    const run = sinkless(false);
    expect(run.status).toBe('SUCCESS');
    expect(run.state.warnings).toEqual(['no_sink_reached']);
    expect(run.result.outputs).toEqual({});
  });

  it('fails with require_sink, naming the sinks', () => {
    const run = sinkless(true);
    expect(run.status).toBe('FAILED');
    expect(run.state.error).toEqual({
      type: 'NoSinkReached',
      message: 'none of the sinks succeeded: b',
      retryable: false,
      attempts: 0,
    });
  });

  it.each([[undefined], [[]]])('is no such run when the graph names none (%j)', (sinks) => {
    const run = LiveRun.started(graph([node('a', { optional: true })], [], sinks), { requireSink: true });
    run.fail('a');
    expect(run.status).toBe('SUCCESS');
    expect(run.state.warnings).toEqual([]);
  });
});

describe('the error of a run', () => {
  it('names the node that failed, with its error', () => {
    const run = LiveRun.started(graph(['a']));
    run.fail('a', { message: 'no disk', details: { path: '/' } });
    expect(run.state.error).toEqual({
      type: 'Broken',
      message: 'node "a" failed: no disk',
      retryable: false,
      attempts: 1,
      nodeId: 'a',
      error: { type: 'Broken', message: 'no disk', retryable: false, attempts: 1, details: { path: '/' } },
    });
  });

  it('names the first failure of several', () => {
    const run = LiveRun.started(graph(['a', 'b', 'c']));
    run.succeed('a');
    run.fail('c');
    run.fail('b');
    expect(run.state.error?.nodeId).toBe('c');
  });

  it('passes over a failure that was handled', () => {
    const run = LiveRun.started(graph([node('a', { optional: true }), 'b']));
    run.fail('a');
    run.fail('b');
    expect(run.state.error).toMatchObject({ nodeId: 'b' });
    expect(run.state.error?.firstCause).toBeUndefined();
  });

  it('follows handlers of handlers back to the first cause', () => {
    const run = LiveRun.started(
      graph(
        ['ok', 'a', 'b', 'c'],
        ['ok -> c', edge('ok', 'b', { on: 'done' }), edge('a', 'b', { on: 'failure' }), edge('b', 'c', { on: 'done' })],
      ),
    );
    run.succeed('ok');
    run.fail('a', { message: 'first' });
    run.fail('b');
    run.fail('c');
    expect(run.state.error).toMatchObject({
      nodeId: 'c',
      firstCause: { nodeId: 'a', error: { message: 'first', attempts: 1 } },
    });
  });

  it('is the failure rather than a condition that broke under strict conditions', () => {
    const run = LiveRun.started(graph(['a', 'b', 'c'], [edge('a', 'b', { cond: 'output.v > 1' })]), {
      strictConditions: true,
    });
    run.succeed('a');
    run.fail('c');
    expect(run.state.error?.nodeId).toBe('c');
  });
});
