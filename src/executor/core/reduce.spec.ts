import { edge, graph, node, planOf, settings } from '../../../test/support/graph-builder.js';
import { LiveRun } from '../../../test/support/live-run.js';
import { CorruptJournalError } from './errors.js';
import { epochMs, graphId } from './ids.js';
import { reduce } from './reduce.js';
import type { RunEvent } from './run-event.js';
import { type RunState, initialState, nodeRecord } from './run-state.js';

const ts = epochMs(0);
const plan = planOf(graph(['a', 'b'], ['a -> b']));
const queued: RunEvent = {
  type: 'run.queued',
  ts,
  graphId: graphId('g_1'),
  graphVersion: 1,
  input: { v: 1 },
  settings: settings(),
};
const started: RunEvent = { type: 'run.started', ts };
const on = (nodeId: string, attempt = 1) => ({ ts, nodeId, attempt });
const begun: readonly RunEvent[] = [queued, started, { type: 'node.started', ...on('a') }];
const succeeded: RunEvent = { type: 'node.succeeded', ...on('a'), output: 1 };

const fold = (events: readonly RunEvent[], given = plan): RunState => {
  const state = initialState(given);
  for (const event of events) reduce(given, state, event);
  return state;
};

describe('folding a journal', () => {
  it('starts from a pending run that has nothing', () => {
    expect(initialState(plan)).toMatchObject({ status: 'PENDING', seq: 0, epoch: 0, progress: 0, error: null });
  });

  it('keeps what the run was queued with', () => {
    expect(fold([queued])).toMatchObject({ status: 'PENDING', seq: 1, input: { v: 1 }, settings: settings() });
  });

  it('tells when things happened', () => {
    const state = fold([
      { ...queued, ts: epochMs(1) },
      { ...started, ts: epochMs(2) },
      { type: 'node.started', ...on('a'), ts: epochMs(3) },
      {
        type: 'node.failed',
        ...on('a'),
        ts: epochMs(4),
        error: { type: 'T', message: 'm', retryable: false, attempts: 1 },
      },
      { type: 'node.skipped', ...on('b', 0), ts: epochMs(5), reason: 'upstream_failed', causes: [] },
      { type: 'run.failed', ts: epochMs(6), error: { type: 'T', message: 'm', retryable: false, attempts: 1 } },
    ]);
    expect(state).toMatchObject({ createdAt: 1, startedAt: 2, finishedAt: 6, status: 'FAILED', error: { type: 'T' } });
    expect(nodeRecord(state, 0)).toMatchObject({ startedAt: 3, finishedAt: 4 });
    expect(nodeRecord(state, 1)).toMatchObject({ startedAt: null, finishedAt: 5, state: { root: 'b' } });
  });

  it('counts attempts, interruptions and crashes', () => {
    const state = fold([
      ...begun,
      { type: 'node.interrupted', ...on('a'), cause: 'crash' },
      { type: 'node.started', ...on('a', 2) },
      { type: 'node.interrupted', ...on('a', 2), cause: 'shutdown' },
    ]);
    expect(nodeRecord(state, 0)).toMatchObject({
      attempts: 2,
      interruptions: 2,
      crashes: 1,
      state: { status: 'RETRYING' },
    });
  });

  it('remembers a condition that could not be evaluated until its warning is in the journal', () => {
    const conditional = planOf(graph(['a', 'b'], [edge('a', 'b', { cond: 'output.v > 1' })]));
    const note = (code: string): RunEvent => ({
      type: 'node.log',
      ...on('a', 0),
      level: 'warn',
      message: '',
      data: { code },
    });
    const owed = [[], [note('other')], [note('cond_error')]].map(
      (notes) => fold([...begun, succeeded, ...notes], conditional).conditionFaults.size,
    );
    expect(owed).toEqual([1, 1, 0]);
  });

  it('passes over logs and progress', () => {
    const before = fold(begun);
    const after = fold([
      ...begun,
      { type: 'node.log', ...on('a'), level: 'info', message: 'hi' },
      { type: 'node.progress', ...on('a'), percent: 50 },
      { type: 'node.log', ...on('b', 0), level: 'info', message: 'a note of the engine' },
      { type: 'node.log', ...on('b', 0), level: 'info', message: 'another', data: { code: 'other' } },
    ]);
    expect({ ...after, seq: 0 }).toEqual({ ...before, seq: 0 });
  });
});

describe('progress', () => {
  it('is the share of nodes that ended, rounded down, and 100 only once the run succeeded', () => {
    const run = LiveRun.started(graph(['a', 'b', 'c']));
    const seen = ['a', 'b', 'c'].map((id) => {
      run.succeed(id);
      return run.state.progress;
    });
    expect(seen).toEqual([33, 66, 100]);
    expect(run.tape.entries().flatMap(({ progress }) => progress ?? [])).toEqual([33, 66, 99, 100]);
  });

  it('stays at 99 when every node ended and the run failed', () => {
    const run = LiveRun.started(graph(['a']));
    run.fail('a');
    expect(run.state).toMatchObject({ status: 'FAILED', progress: 99 });
  });
});

describe('a time-out of the run', () => {
  const timeout = { type: 'TimeoutError', message: 'm', retryable: false, attempts: 1, details: { kind: 'run' } };

  it('is known from the node it ended', () => {
    const bounded: RunEvent = { ...queued, settings: settings({ timeoutSec: 1 }) };
    const late = { ts: epochMs(1_000), nodeId: 'a', attempt: 1 };
    const state = fold([
      bounded,
      started,
      { type: 'node.started', ...on('a') },
      { type: 'node.failed', ...late, error: timeout },
    ]);
    expect(state.expired).toBe('run');
  });

  it.each<[string, RunEvent]>([
    ['before the clock ran out', { ...queued, settings: settings({ timeoutSec: 1 }) }],
    ['of a run without such a clock', queued],
  ])('is not read into an error that an agent hands on %s', (_, first) => {
    const state = fold([
      first,
      started,
      { type: 'node.started', ...on('a') },
      { type: 'node.failed', ...on('a'), error: timeout },
    ]);
    expect(state.expired).toBeNull();
  });
});

describe('a damaged journal', () => {
  const skipped: RunEvent = { type: 'node.skipped', ...on('b', 0), reason: 'cond_false', causes: [] };

  it.each<[string, readonly RunEvent[], string]>([
    ['does not begin with run.queued', [started], 'run.started at seq 1 cannot follow PENDING'],
    ['begins with a node', [{ type: 'node.started', ...on('a') }], 'node.started at seq 1 cannot follow PENDING'],
    ['queues the run twice', [queued, queued], 'run.queued stands at seq 2, not first'],
    ['starts the run twice', [queued, started, started], 'run.started at seq 3 cannot follow RUNNING'],
    [
      'ends a run that never started well',
      [queued, { type: 'run.succeeded', ts, warnings: [] }],
      'run.succeeded at seq 2 cannot follow PENDING',
    ],
    [
      'names an unknown node',
      [queued, started, { type: 'node.started', ...on('z') }],
      'node.started names the unknown node "z"',
    ],
    ['ends a node before it began', [queued, started, succeeded], 'node.succeeded at seq 3 cannot follow a PENDING'],
    ['ends a node twice', [...begun, succeeded, succeeded], 'node.succeeded at seq 5 cannot follow a SUCCESS'],
    [
      'runs a skipped node',
      [...begun, skipped, { type: 'node.started', ...on('b') }],
      'node.started at seq 5 cannot follow b SKIPPED',
    ],
    [
      'goes on after the end',
      [queued, { type: 'run.cancelled', ts }, { type: 'run.recovered', ts, epoch: 1 }],
      'run.recovered at seq 3 cannot follow CANCELLED',
    ],
    [
      'goes on with a node after the end',
      [...begun, { type: 'run.cancelled', ts }, succeeded],
      'node.succeeded at seq 5 cannot follow CANCELLED',
    ],
  ])('that %s is refused', (_, events, message) => {
    expect(() => fold(events)).toThrow(new CorruptJournalError(message));
  });
});

describe('the order of a fold', () => {
  it('makes nodes that one event freed wait in the order of the graph, not of its edges', () => {
    const run = LiveRun.started(
      graph(['a', 'b', 'c', node('d')], ['a -> d', 'a -> c', 'a -> b', edge('$input', 'b')]),
      { concurrency: 1 },
    );
    run.succeed('a');
    run.succeed('b');
    run.succeed('c');
    expect(run.starts).toEqual(['a', 'b', 'c', 'd']);
  });
});
