import { edge, graph, node } from '../../../test/support/graph-builder.js';
import { LiveRun } from '../../../test/support/live-run.js';
import type { GraphPlan } from './compile.js';
import type { JournalEntry } from './journal-entry.js';
import type { Json, JsonObject } from './json.js';
import { missingOutput, withOutput } from './output-ref.js';
import { type Replay, type ReplayOptions, replay } from './replay.js';

type Edit = (entry: JournalEntry) => Partial<JournalEntry>;

/** What is wrong with a journal, as short text: the place, what it has there, what is decided in its place. */
const findingsIn = ({ differences }: Replay): string[] =>
  differences.map(({ seq, journaled, decided }) => {
    const instead = decided === null ? 'nothing' : brief(decided);
    return `${seq} ${brief(journaled)} / ${instead}`;
  });

const brief = ({ type, nodeId }: JournalEntry): string => (nodeId === null ? type : `${type} ${nodeId}`);

const renumbered = (entries: readonly JournalEntry[]): JournalEntry[] =>
  entries.map((entry, index) => ({ ...entry, seq: index + 1 }));

const replayOf = (run: { plan: GraphPlan; tape: LiveRun['tape'] }, options?: ReplayOptions): Replay =>
  replay(run.plan, run.tape.entries(), options);

const found = (run: LiveRun): string[] => findingsIn(replayOf(run));

const isOf = (name: string) => (entry: JournalEntry) => brief(entry) === name;

/** The journal of `run` with one entry said otherwise. */
function foundWith(run: LiveRun, name: string, edit: Edit): string[] {
  const entries = run.tape.entries();
  const changed = entries.map((entry) => (isOf(name)(entry) ? { ...entry, ...edit(entry) } : entry));
  return findingsIn(replay(run.plan, changed));
}

/** The journal of `run` without one entry. */
function foundWithout(run: LiveRun, name: string): string[] {
  return findingsIn(replay(run.plan, renumbered(run.tape.entries().filter((entry) => !isOf(name)(entry)))));
}

const withData =
  (data: JsonObject): Edit =>
  (entry) => ({ data: { ...entry.data, ...data } });

const dataOf = (run: LiveRun, name: string, key: string): Json | undefined =>
  run.tape.entries().find(isOf(name))?.data?.[key];

const flaky = { type: 'Flaky', message: 'not yet', retryable: true };

describe('a journal that is replayed', () => {
  it('shows no difference when the core would decide the same', () => {
    const run = LiveRun.started(
      graph(['a', 'b', 'c'], ['a -> b', edge('a', 'c', { cond: 'output.v > 1' })]),
      {},
      { v: 1 },
    );
    run.feed({ type: 'attempt_logged', nodeId: 'a', attempt: 1, level: 'info', message: 'hello', data: { x: 1 } });
    run.feed({ type: 'attempt_progressed', nodeId: 'a', attempt: 1, percent: 50, message: 'half' });
    run.now = 7;
    run.succeed('a', { v: 'a text' });
    run.succeed('b');
    expect(run.status).toBe('SUCCESS');
    expect(replayOf(run)).toEqual({
      status: 'SUCCESS',
      replayed: run.tape.length,
      differences: [],
      isGivenUp: false,
      fault: null,
    });
  });

  it('is compared with large outputs in files, once they are put back beside their references', () => {
    const run = LiveRun.started(graph(['a', 'b'], [edge('a', 'b', { cond: 'output.v == 1' })]));
    const ref = { artifact: '$output.a.1.json', bytes: 7, sha256: 'abc' };
    run.feed({ type: 'attempt_succeeded', nodeId: 'a', attempt: 1, output: { v: 1 }, ref });
    run.succeed('b');
    const whole = run.tape.entries().map((entry) => (missingOutput(entry) ? withOutput(entry, { v: 1 }) : entry));
    expect(replay(run.plan, whole)).toMatchObject({ status: 'SUCCESS', differences: [], fault: null });
  });

  it('shows where it has another reason, with both', () => {
    const run = LiveRun.started(graph(['a', 'b', 'c'], [edge('a', 'b', { cond: 'false' }), 'b -> c']));
    run.succeed('a');
    const entries = run.tape.entries();
    const changed = entries.map((entry) =>
      brief(entry) === 'node.skipped b' ? { ...entry, data: { ...entry.data, skip_reason: 'cond_error' } } : entry,
    );
    const { differences } = replay(run.plan, changed);
    expect(differences).toMatchObject([
      {
        seq: 5,
        journaled: { type: 'node.skipped', nodeId: 'b', data: { skip_reason: 'cond_error' } },
        decided: { type: 'node.skipped', nodeId: 'b', data: { skip_reason: 'cond_false' } },
      },
    ]);
  });

  it('is followed after a difference, and shows the next', () => {
    const run = LiveRun.started(
      graph(['a', 'b', 'c', 'd'], [edge('a', 'b', { cond: 'false' }), edge('c', 'd', { cond: 'false' })]),
    );
    run.succeed('a');
    run.succeed('c');
    const changed = run.tape
      .entries()
      .map((entry) => (entry.type === 'node.skipped' ? { ...entry, attempt: 1 } : entry));
    expect(findingsIn(replay(run.plan, changed))).toEqual([
      '6 node.skipped b / node.skipped b',
      '8 node.skipped d / node.skipped d',
    ]);
  });

  it('shows an entry that nothing leads to', () => {
    const run = LiveRun.started(graph(['a', 'b'], ['a -> b']));
    const [first, second, third] = run.tape.entries() as [JournalEntry, JournalEntry, JournalEntry];
    const early = renumbered([first, second, third, { ...third, nodeId: 'b' }]);
    expect(findingsIn(replay(run.plan, early))).toEqual(['4 node.started b / nothing']);
  });

  it('shows a warning of a condition that could be evaluated', () => {
    const run = LiveRun.started(graph(['a', 'b'], [edge('a', 'b', { cond: 'output.none' })]));
    run.succeed('a');
    const entries = run.tape.entries();
    const warning = entries.find(({ type }) => type === 'node.log') as JournalEntry;
    const twice = renumbered(entries.toSpliced(3, 0, warning));
    expect(findingsIn(replay(run.plan, twice))[0]).toBe('4 node.log a / nothing');
  });

  it('says once what it lacks, though the core insists on it', () => {
    const run = LiveRun.started(graph(['a', 'b', 'c', 'd'], [edge('a', 'b', { cond: 'false' })]));
    run.succeed('a');
    run.succeed('c');
    run.succeed('d');
    expect(foundWithout(run, 'node.skipped b')).toEqual([
      '7 node.succeeded c / node.skipped b',
      '8 node.succeeded d / node.succeeded d',
    ]);
  });

  it('is given up after so many differences', () => {
    const run = LiveRun.started(graph(['a', 'b', 'c', 'd'], [edge('a', 'b', { cond: 'false' })]));
    run.succeed('a');
    run.succeed('c');
    run.succeed('d');
    const entries = renumbered(run.tape.entries().filter((entry) => entry.type !== 'node.skipped'));
    expect(replay(run.plan, entries, { maxDifferent: 1 })).toMatchObject({ isGivenUp: true, replayed: 7 });
  });

  it('may end anywhere', () => {
    const run = LiveRun.started(graph(['a', 'b'], ['a -> b']));
    run.succeed('a');
    run.succeed('b');
    for (let length = 0; length < run.tape.length; length++) {
      expect(replayOf({ plan: run.plan, tape: run.tape.cut(length) })).toMatchObject({ differences: [], fault: null });
    }
  });

  it('begins with what a retry reuses, which is not decided here', () => {
    const past = LiveRun.started(graph(['a', 'b', 'c'], ['a -> b', 'b -> c']));
    past.succeed('a', { v: 1 });
    past.fail('b');
    const run = LiveRun.retryOf(past);
    run.take();
    run.succeed('b');
    run.succeed('c');
    expect(run.tape.entries()[1]?.type).toBe('node.reused');
    expect(replayOf(run)).toMatchObject({ status: 'SUCCESS', differences: [] });
  });
});

describe('a journal that cannot be one', () => {
  const run = LiveRun.started(graph(['a']));
  run.succeed('a');
  const entries = run.tape.entries();

  it('has a gap', () => {
    expect(replay(run.plan, entries.toSpliced(2, 1))).toMatchObject({
      replayed: 2,
      status: 'RUNNING',
      fault: { seq: 3, message: 'the entry at place 3 has seq 4: entries are missing, repeated or out of order' },
    });
  });

  it('goes on after its end', () => {
    expect(replay(run.plan, renumbered([...entries, entries[2] as JournalEntry])).fault).toEqual({
      seq: 6,
      message: 'node.started at seq 6 cannot follow SUCCESS',
    });
  });

  it('holds what cannot be read', () => {
    const unknown = { ...entries[2], type: 'node.paused' } as unknown as JournalEntry;
    expect(replay(run.plan, entries.with(2, unknown)).fault).toMatchObject({
      message: 'the type of the entry at seq 3 is unknown, unless to a newer version: node.paused',
    });
    const failed = { ...entries[3], type: 'node.failed', data: { error: null } } as JournalEntry;
    expect(replay(run.plan, entries.with(3, failed)).fault).toMatchObject({ seq: 4, message: /null/ });
  });

  it('is replayed up to there', () => {
    const changed = entries.with(2, { ...(entries[2] as JournalEntry), attempt: 2 });
    const replayed = replay(run.plan, [...changed.slice(0, 4), { ...(entries[4] as JournalEntry), seq: 7 }]);
    expect(replayed).toMatchObject({ fault: { seq: 5 }, differences: [{ seq: 3 }] });
  });
});

describe('what nothing in a journal tells', () => {
  it('may be a session that starts nothing more', () => {
    const run = LiveRun.started(graph(['a', 'b', 'c'], ['a -> b']));
    run.drain();
    run.succeed('a');
    run.succeed('c');
    expect(found(run)).toEqual([]);
    const next = run.crash();
    next.succeed('b');
    expect(found(next)).toEqual([]);
  });

  it('is no such session when it starts something later', () => {
    const run = LiveRun.started(graph(['a', 'b', 'c', 'd'], ['a -> b', 'c -> d']));
    run.succeed('a');
    run.now = 5;
    run.succeed('c');
    expect(foundWithout(run, 'node.started b')).toEqual(['6 node.succeeded c / node.started b']);
  });

  it('is no such session when nothing leads to what it does instead', () => {
    const run = LiveRun.started(graph(['a', 'b', 'c', 'd'], ['a -> b', 'c -> d']));
    run.succeed('a');
    run.now = 5;
    run.succeed('c');
    const entries = run.tape.entries();
    const skipped = {
      ...(entries.at(-1) as JournalEntry),
      type: 'node.skipped' as const,
      nodeId: 'b',
      attempt: 0,
      progress: 75,
      data: { skip_reason: 'cond_false', skip_causes: [] },
    };
    const without = entries.filter((entry) => !isOf('node.started b')(entry));
    expect(findingsIn(replay(run.plan, renumbered([...without, skipped])))).toEqual([
      '6 node.succeeded c / node.started b',
    ]);
  });

  it('is no such session when what should have started was skipped', () => {
    const run = LiveRun.started(graph(['a', 'b'], [edge('a', 'b', { cond: 'false' })]));
    run.succeed('a');
    const { plan } = LiveRun.started(graph(['a', 'b'], ['a -> b']));
    expect(findingsIn(replay(plan, run.tape.entries()))).toEqual(['5 node.skipped b / node.started b']);
  });

  it('may be a wait that was over while no slot was free', () => {
    const run = LiveRun.started(graph([node('a', { retries: 1 }), node('b', { retries: 1 }), 'c']), {
      concurrency: 1,
      retryBaseSec: 0.01,
    });
    run.fail('a', flaky);
    run.now = 10;
    // Both wait until 10: which of them is first depends on whether the end of the first wait was noticed before.
    run.tick();
    run.feed({ type: 'attempt_failed', nodeId: 'b', attempt: 1, failure: { ...flaky, retryAfterMs: 0 }, random: 0 });
    expect(found(run)).toEqual([]);
  });

  it('may be that a suspect was let go, before or after', () => {
    let run = LiveRun.started(graph(['a', 'b']), { concurrency: 1 });
    run = run.crash().reloaded();
    run.feed({ type: 'taken', holdsSuspects: true });
    run.succeed('b');
    expect(run.statuses['a']).toBe('RETRYING');
    run.feed({ type: 'admit', nodeId: 'a' });
    run.succeed('a');
    expect(run.status).toBe('SUCCESS');
    expect(found(run)).toEqual([]);
  });
});

describe('a session that ends, in a journal', () => {
  it('may have been taken from its run before it had written all', () => {
    const run = LiveRun.started(graph(['a', 'b'], ['a -> b']));
    run.succeed('a');
    const next = run.crash(run.tape.length - 1);
    expect(found(next)).toEqual([]);
  });

  it('charges whom its successor found guilty', () => {
    const run = LiveRun.started(
      graph(['a', 'b', node('c', { onInterrupt: 'fail' }), node('d', { onInterrupt: 'fail' })]),
    );
    const next = run.reloaded();
    next.feed({ type: 'taken', blame: { kind: 'suspects', nodeIds: new Set(['b', 'd']) } });
    expect(dataOf(next, 'node.interrupted a', 'cause')).toBe('bystander');
    expect(found(next)).toEqual([]);
  });

  it('charges nobody when the process lived', () => {
    const next = LiveRun.started(graph(['a', node('b', { onInterrupt: 'fail' })])).reloaded();
    next.feed({ type: 'taken', blame: { kind: 'nobody' } });
    expect(found(next)).toEqual([]);
    expect(foundWith(next, 'node.interrupted a', withData({ cause: 'crash' }))).toEqual([
      '6 node.interrupted a / node.interrupted a',
    ]);
  });

  it('charges whoever is cut off too often, and fails it', () => {
    const run = LiveRun.started(graph(['a']), { maxInterruptions: 1 })
      .crash()
      .crash();
    expect(run.status).toBe('FAILED');
    expect(found(run)).toEqual([]);
  });

  it('has an epoch, each one more', () => {
    const run = LiveRun.started(graph(['a', 'b'])).crash();
    expect(foundWith(run, 'run.recovered', withData({ epoch: 3 }))).toEqual(['5 run.recovered / run.recovered']);
  });

  it('is recovered in one go: a difference there is one, however much follows', () => {
    const run = LiveRun.started(graph(['a', node('b', { onInterrupt: 'fail' }), 'c'])).crash();
    const said = (message: string): Edit =>
      withData({ error: { type: 'InterruptedError', message, retryable: false, attempts: 1 } });
    expect(foundWith(run, 'node.failed b', said('cut off'))).toEqual(['8 node.failed b / node.failed b']);
    const cut = run.tape
      .entries()
      .slice(0, 8)
      .map((entry) => (isOf('node.failed b')(entry) ? { ...entry, ...said('cut off')(entry) } : entry));
    expect(findingsIn(replay(run.plan, cut))).toEqual(['8 node.failed b / node.failed b']);
  });

  it('may have stopped in order', () => {
    const stopped = LiveRun.started(graph(['a', 'b']));
    stopped.shutdown();
    expect(found(stopped)).toEqual([]);
    expect(found(stopped.crash())).toEqual([]);
  });

  it('may have stopped in order, or crashed, while it cancelled', () => {
    const run = LiveRun.started(graph(['a', node('b', { join: 'settled', alwaysOnCancel: true })]));
    run.cancel();
    const crashed = run.crash();
    expect(dataOf(crashed, 'node.cancelled a', 'ended')).toBe('abandoned');
    expect(found(crashed)).toEqual([]);
    run.shutdown();
    expect(found(run)).toEqual([]);
    expect(found(run.crash())).toEqual([]);
  });
});

describe('the wait before a retry, in a journal', () => {
  const waiting = (random: number, retryAfterMs?: number): LiveRun => {
    const run = LiveRun.started(graph([node('a', { retries: 3 })]), { retryJitter: 'equal', retryAfterMaxSec: 10 });
    run.fail('a', { ...flaky, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }, random);
    return run;
  };
  const waitsFor = (waitMs: number): Edit => withData({ wait_ms: waitMs, due_at: waitMs });

  it('is what chance makes of it', () => {
    for (const random of [0, 0.3, 0.999_999]) expect(found(waiting(random))).toEqual([]);
  });

  it('is what a server asked for', () => {
    expect(dataOf(waiting(0, 5_000), 'node.retrying a', 'wait_ms')).toBe(5_000);
    expect(found(waiting(0, 5_000))).toEqual([]);
  });

  it('is never shorter than jitter makes it, nor longer than a server may ask for', () => {
    expect(foundWith(waiting(0), 'node.retrying a', waitsFor(499))).toEqual(['4 node.retrying a / node.retrying a']);
    expect(foundWith(waiting(0), 'node.retrying a', waitsFor(10_001))).toEqual(['4 node.retrying a / node.failed a']);
  });

  it('ends when it says', () => {
    expect(foundWith(waiting(0), 'node.retrying a', withData({ due_at: 1 }))).toEqual([
      '4 node.retrying a / node.retrying a',
    ]);
  });

  it('is not made by a node that has no retry left', () => {
    const run = waiting(0);
    const { plan } = LiveRun.started(graph(['a']));
    expect(findingsIn(replay(plan, run.tape.entries()))).toEqual(['4 node.retrying a / node.failed a']);
  });
});

describe('a failure, in a journal', () => {
  it('is final when no retry is left, and not before', () => {
    const run = LiveRun.started(graph(['a']));
    run.fail('a', flaky);
    expect(found(run)).toEqual([]);
    const { plan } = LiveRun.started(graph([node('a', { retries: 1 })]));
    expect(findingsIn(replay(plan, run.tape.entries()))).toEqual(['4 node.failed a / node.retrying a']);
  });

  it('is final when a server asks for too long a wait', () => {
    const run = LiveRun.started(graph([node('a', { retries: 1 })]));
    run.fail('a', { ...flaky, retryAfterMs: 1_000_000 });
    expect(dataOf(run, 'node.failed a', 'error')).toMatchObject({ type: 'rate_limited' });
    expect(found(run)).toEqual([]);
  });

  it('may come from a clock that bounds all attempts', () => {
    const bounded = graph([node('a', { retries: 1, retry: { totalSec: 3 } })]);
    const running = LiveRun.started(bounded);
    running.tick(3_000);
    expect(running.status).toBe('FAILED');
    expect(found(running)).toEqual([]);
    const waits = LiveRun.started(graph([...bounded.nodes, 'b']), { concurrency: 1 });
    waits.fail('a', flaky);
    waits.tick(3_000);
    expect(waits.statuses).toEqual({ a: 'FAILED', b: 'RUNNING' });
    expect(found(waits)).toEqual([]);
    const early = running.tape
      .entries()
      .map((entry) => (entry.ts === 3_000 ? { ...entry, ts: 2_999 } : entry)) as JournalEntry[];
    expect(findingsIn(replay(running.plan, early))[0]).toBe('4 node.failed a / nothing');
  });

  it('may come from a retry that would have been too late', () => {
    const bounded = graph([node('a', { retries: 3, retry: { totalSec: 3 } })]);
    const run = LiveRun.started(bounded, { retryAfterMaxSec: 2 });
    run.now = 2_500;
    run.fail('a', flaky);
    expect(dataOf(run, 'node.failed a', 'error')).toMatchObject({ details: { kind: 'total' } });
    expect(found(run)).toEqual([]);
    const asked = LiveRun.started(bounded, { retryAfterMaxSec: 9 });
    asked.fail('a', { ...flaky, retryAfterMs: 8_000 });
    expect(found(asked)).toEqual([]);
  });

  it('cannot have come from a retry that would have been in time', () => {
    const bounded = graph([node('a', { retries: 3, retry: { totalSec: 3 } })]);
    const run = LiveRun.started(bounded, { retryAfterMaxSec: 2 });
    run.now = 2_500;
    run.fail('a', flaky);
    const early = run.tape
      .entries()
      .map((entry) => (entry.ts === 2_500 ? { ...entry, ts: 100 } : entry)) as JournalEntry[];
    expect(findingsIn(replay(run.plan, early))[0]).toBe('4 node.failed a / node.retrying a');
  });

  it('is taken as it is when what retry.on saw is not in the journal', () => {
    const run = LiveRun.started(graph([node('a', { retries: 1, retry: { totalSec: 1, on: 'error.status == 503' } })]));
    run.fail('a', { ...flaky, details: { status: 503 } });
    expect(dataOf(run, 'node.failed a', 'error')).toMatchObject({ details: { kind: 'total' } });
    expect(found(run)).toEqual([]);
  });

  it('is taken as it is when an agent hands on what a clock did to another run', () => {
    const ends: readonly JsonObject[] = [
      { kind: 'run' },
      { kind: 'total' },
      { kind: 'total', last_error: { type: 'x', message: 'y' } },
    ];
    for (const details of ends) {
      const run = LiveRun.started(graph(['a']), { timeoutSec: 9 });
      run.fail('a', { type: 'TimeoutError', message: 'the other run took too long', details });
      expect(found(run)).toEqual([]);
    }
  });

  it('may come from the clock of the run, or at that very moment from the attempt', () => {
    const late = LiveRun.started(graph(['a', 'b', 'c'], ['a -> c']), { timeoutSec: 1 });
    late.tick(1_000);
    expect(found(late)).toEqual([]);
    const handedOn = LiveRun.started(graph(['a', 'b']), { timeoutSec: 1 });
    handedOn.now = 1_000;
    handedOn.fail('b', { type: 'TimeoutError', message: 'the other run took too long', details: { kind: 'run' } });
    expect(found(handedOn)).toEqual([]);
  });
});

describe('an attempt that another process lost, in a journal', () => {
  it.each(['crash', 'shutdown', 'lost'] as const)('is explained after a %s', (cause) => {
    const run = LiveRun.started(graph(['a', 'b']));
    run.feed({ type: 'attempt_interrupted', nodeId: 'a', attempt: 1, cause });
    run.succeed('a');
    run.succeed('b');
    expect(run.status).toBe('SUCCESS');
    expect(found(run)).toEqual([]);
  });

  it('is explained when it failed its node', () => {
    const run = LiveRun.started(graph([node('a', { onInterrupt: 'fail' }), 'b']));
    run.feed({ type: 'attempt_interrupted', nodeId: 'a', attempt: 1, cause: 'crash' });
    run.succeed('b');
    expect(run.status).toBe('FAILED');
    expect(found(run)).toEqual([]);
  });
});

describe('the end of a cancelled attempt, in a journal', () => {
  const cancelled = (end: (run: LiveRun) => void): LiveRun => {
    const run = LiveRun.started(graph([node('a', { retries: 1 }), 'b'], []));
    run.fail('a', flaky);
    run.cancel();
    end(run);
    return run;
  };

  it.each<[string, (run: LiveRun) => void]>([
    ['succeeded', (run) => run.succeed('b')],
    ['failed', (run) => run.fail('b')],
    ['abandoned', (run) => run.tick(5_000)],
  ])('is explained when it %s', (ended, end) => {
    const run = cancelled(end);
    expect(dataOf(run, 'node.cancelled b', 'ended')).toBe(ended);
    expect(run.status).toBe('CANCELLED');
    expect(found(run)).toEqual([]);
  });

  it('is best explained by the input that explains most', () => {
    const run = LiveRun.started(graph(['a', node('b', { join: 'settled', alwaysOnCancel: true })]));
    run.cancel();
    run.shutdown();
    expect(foundWith(run, 'node.interrupted b', withData({ cause: 'lost' }))).toEqual([
      '7 node.interrupted b / node.interrupted b',
    ]);
  });

  it('is not explained when nobody asked', () => {
    const run = LiveRun.started(graph(['a']));
    run.succeed('a');
    const abandoned: Edit = () => ({ type: 'node.cancelled', data: { ended: 'abandoned' } });
    expect(foundWith(run, 'node.succeeded a', abandoned)[0]).toBe('4 node.cancelled a / nothing');
  });

  it('is not explained by what ends no attempt', () => {
    const run = cancelled((live) => live.succeed('b'));
    expect(foundWith(run, 'node.cancelled b', withData({ ended: 'not_running' }))[0]).toBe(
      '8 node.cancelled b / nothing',
    );
  });
});
