import { edge, graph, node } from '../../../test/support/graph-builder.js';
import { LiveRun, briefly } from '../../../test/support/live-run.js';

describe('taking a run', () => {
  it('starts it and what waits for nothing, in one go', () => {
    const run = LiveRun.queued(graph(['a', 'b', 'c'], ['a -> c']));
    expect(briefly(run.take())).toEqual(['run.started', 'node.started a', 'node.started b']);
  });

  it('waits for that: time alone starts nothing', () => {
    const run = LiveRun.queued(graph(['a']));
    expect(run.tick(1_000)).toEqual([]);
    expect(run.status).toBe('PENDING');
  });

  it('starts nodes whose only edges come from the input of the run', () => {
    const run = LiveRun.started(
      graph(['a', 'b'], ['$input -> a', edge('$input', 'b', { cond: 'input.go' })]),
      {},
      { go: true },
    );
    expect(run.starts).toEqual(['a', 'b']);
  });
});

describe('a success', () => {
  it('travels with the starts that it enables', () => {
    const run = LiveRun.started(graph(['a', 'b', 'c'], ['a -> b', 'a -> c']));
    expect(briefly(run.succeed('a'))).toEqual(['node.succeeded a', 'node.started b', 'node.started c']);
  });

  it('travels with the end of the run when it was the last', () => {
    const run = LiveRun.started(graph(['a']));
    expect(briefly(run.succeed('a'))).toEqual(['node.succeeded a', 'run.succeeded']);
  });

  it('keeps its output, and the run its result', () => {
    const run = LiveRun.started(graph(['a']));
    run.succeed('a', { v: [1, null] });
    expect(run.reloaded().node('a')).toEqual({ status: 'SUCCESS', output: { v: [1, null] } });
  });
});

describe('a report of an attempt', () => {
  const running = (): LiveRun => LiveRun.started(graph(['a']));

  it('is journaled as a log line or as progress, and starts nothing', () => {
    const run = running();
    run.feed({ type: 'attempt_logged', nodeId: 'a', attempt: 1, level: 'info', message: 'hi', data: { n: 1 } });
    run.feed({ type: 'attempt_progressed', nodeId: 'a', attempt: 1, percent: 50, message: 'half' });
    expect(run.eventsOf('node.log')).toMatchObject([
      { nodeId: 'a', attempt: 1, level: 'info', message: 'hi', data: { n: 1 } },
    ]);
    expect(run.eventsOf('node.progress')).toMatchObject([{ nodeId: 'a', attempt: 1, percent: 50, message: 'half' }]);
  });

  it.each([
    ['of an attempt before', 'a', 0],
    ['of an attempt to come', 'a', 2],
    ['of a node that the graph does not have', 'z', 1],
  ])('is dropped when it is %s', (_, nodeId, attempt) => {
    const run = running();
    expect(run.feed({ type: 'attempt_succeeded', nodeId, attempt, output: 1 })).toEqual([]);
    expect(run.statuses.a).toBe('RUNNING');
  });

  it('may refer to where its output is kept, which changes nothing for those after it', () => {
    const ref = { artifact: '$output.a.1.json', bytes: 9, sha256: 'ab' };
    const run = LiveRun.started(graph(['a', 'b'], [edge('a', 'b', { cond: { var: 'v', op: '==', value: 1 } })]));
    run.succeed('a', { v: 1 }, ref);
    expect(run.statuses.b).toBe('RUNNING');
    expect(run.node('a')).toEqual({ status: 'SUCCESS', output: { v: 1 }, ref });
    expect(run.crash().node('a')).toEqual(run.node('a'));
    expect(run.tape.toString()).not.toContain('"v":1');
  });

  it('is dropped when the node or the run has ended', () => {
    const run = LiveRun.started(graph(['a', 'b']));
    run.succeed('a', 1);
    expect(run.succeed('a', 2)).toEqual([]);
    run.succeed('b');
    expect(run.succeed('b')).toEqual([]);
    expect(run.node('a')).toEqual({ status: 'SUCCESS', output: 1 });
  });
});

describe('concurrency', () => {
  it('bounds the attempts that run at once', () => {
    const run = LiveRun.started(graph(['a', 'b', 'c']), { concurrency: 2 });
    expect(run.statuses).toEqual({ a: 'RUNNING', b: 'RUNNING', c: 'PENDING' });
    run.succeed('b');
    expect(run.statuses.c).toBe('RUNNING');
  });

  it('starts nodes in the order in which they became ready', () => {
    const run = LiveRun.started(graph(['late', 'slow', 'quick', 'early'], ['slow -> late', 'quick -> early']), {
      concurrency: 2,
    });
    run.succeed('quick');
    run.succeed('slow');
    run.succeed('early');
    expect(run.starts).toEqual(['slow', 'quick', 'early', 'late']);
  });

  it('starts those that one event made ready in the order of the graph', () => {
    const run = LiveRun.started(graph(['fed', 'a', 'x', 'y', 'z'], ['a -> z', 'a -> y', 'a -> x', '$input -> fed']), {
      concurrency: 1,
    });
    for (const id of ['fed', 'a', 'x', 'y', 'z']) run.succeed(id);
    expect(run.starts).toEqual(['fed', 'a', 'x', 'y', 'z']);
  });

  it('lines a retry up behind what became ready during its wait', () => {
    const run = LiveRun.started(graph([node('a', { retries: 1 }), 'b', 'c'], ['b -> c']), { concurrency: 1 });
    run.fail('a', { retryable: true });
    run.now = 500;
    run.succeed('b');
    run.tick(500);
    run.succeed('c');
    expect(run.starts).toEqual(['a', 'b', 'c', 'a']);
  });

  it('starts retries that fall due together in the order of the graph', () => {
    const run = LiveRun.started(graph([node('a', { retries: 1 }), node('b', { retries: 1 })]));
    run.fail('b', { retryable: true });
    run.fail('a', { retryable: true });
    run.tick(1_000);
    expect(run.starts).toEqual(['a', 'b', 'a', 'b']);
  });
});

describe('the next deadline', () => {
  it('is none while only attempts are awaited, and after the end', () => {
    const run = LiveRun.started(graph([node('a', { retry: { totalSec: 9 } })]));
    run.succeed('a');
    expect(run.deadline).toBeUndefined();
    expect(LiveRun.started(graph(['a'])).deadline).toBeUndefined();
  });

  it('is the earliest of all that tick', () => {
    const definition = graph([node('a', { retries: 1, retry: { totalSec: 9 } }), 'b']);
    const run = LiveRun.queued(definition, { timeoutSec: 30, expireIfNotStartedSec: 20 });
    expect(run.deadline).toBe(20_000);
    run.take();
    expect(run.deadline).toBe(9_000);
    run.fail('a', { retryable: true });
    expect(run.deadline).toBe(1_000);
  });
});

describe('a process about to stop', () => {
  it('starts nothing more, lets attempts end, and leaves the rest to the next owner', () => {
    const run = LiveRun.started(graph(['a', 'b'], ['a -> b']));
    expect(run.drain()).toEqual([]);
    expect(briefly(run.succeed('a'))).toEqual(['node.succeeded a']);
    expect(run.statuses.b).toBe('PENDING');
    expect(briefly(run.reloaded().take())).toEqual(['run.recovered', 'node.started b']);
  });
});
