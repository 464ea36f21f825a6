import fc from 'fast-check';
import { Fleet, SharedJournal } from '../../../test/support/fleet-world.js';
import type { RunEventType, RunId } from '../../executor/core/index.js';

const PROCESSES = 3;

/** What happens next. */
const step = fc.record({
  process: fc.nat(PROCESSES - 1),
  run: fc.nat(4),
  what: fc.constantFrom<RunEventType>('node.started', 'node.succeeded', 'run.started', 'run.succeeded'),
  /** Before it. */
  waitMs: fc.oneof({ weight: 4, arbitrary: fc.nat(20) }, { weight: 1, arbitrary: fc.nat(3_000) }),
  watcher: fc.option(fc.nat(PROCESSES - 1)),
});
/** When a hint arrives, and how often. */
const fate = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(fc.nat(20)) },
  { weight: 1, arbitrary: fc.constant([]) },
  { weight: 1, arbitrary: fc.tuple(fc.nat(2_000)) },
  { weight: 1, arbitrary: fc.tuple(fc.nat(20), fc.nat(5_000)) },
);
const weather = fc.record({
  latencyMs: fc.oneof({ weight: 4, arbitrary: fc.nat(10) }, { weight: 1, arbitrary: fc.nat(1_500) }),
  hasFailed: fc.integer({ min: 0, max: 4 }).map((die) => die === 0),
});

const FAIR = () => ({ latencyMs: 1, hasFailed: false });

/** Goes round. */
function dice<Value>(values: readonly Value[], otherwise: Value): () => Value {
  let next = 0;
  return () => values[next++ % values.length] ?? otherwise;
}

/** A client as `RunStream` is one: it reads what there is after it began to watch, and compares numbers. */
class Watcher {
  readonly seqs: number[] = [];
  readonly published: number[] = [];
  private readonly subscription: { unsubscribe(): void };

  constructor(
    private readonly fleet: Fleet,
    process: number,
    private readonly run: RunId,
  ) {
    this.subscription = fleet.buses[process]?.run$(run).subscribe(({ entries }) => {
      this.published.push(...entries.map(({ seq }) => seq));
      for (const { seq } of entries) {
        if (seq === this.last + 1) this.seqs.push(seq);
        else if (seq > this.last) this.replay();
      }
    }) ?? { unsubscribe: () => undefined };
    this.replay();
  }

  private get last(): number {
    return this.seqs.at(-1) ?? 0;
  }

  private replay(): void {
    for (const { seq } of this.fleet.journal.entriesOf(this.run)) if (seq > this.last) this.seqs.push(seq);
  }

  leave(): void {
    this.subscription.unsubscribe();
  }
}

describe('FleetEventBus', () => {
  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['setImmediate'] });
  });
  afterEach(() => {
    jest.useRealTimers();
  });
  const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);
  const idAt = (number: number) => SharedJournal.idAt(Date.now(), number);

  it('publishes what this process writes at once, without asking anybody', async () => {
    const fleet = new Fleet(2);
    const run = idAt(1);
    const watcher = new Watcher(fleet, 0, run);
    fleet.write(0, run, 'run.queued');
    fleet.write(0, run, 'run.started');
    expect(watcher.published).toEqual([1, 2]);
    await pass(900);
    expect(fleet.journal.calls).toBe(0);
    watcher.leave();
    fleet.close();
  });

  it('reads what others write when it is told, once for all who watch', async () => {
    const fleet = new Fleet(2);
    const run = idAt(1);
    const watchers = [1, 2, 3].map(() => new Watcher(fleet, 1, run));
    fleet.write(0, run, 'run.queued');
    await pass(5);
    expect(watchers.map(({ published }) => published)).toEqual([[1], [1], [1]]);
    expect(fleet.journal.calls).toBe(1);
    for (const watcher of watchers) watcher.leave();
    fleet.close();
  });

  it('asks for nothing while nobody watches, and for one thing a second while somebody does', async () => {
    const fleet = new Fleet(2);
    const runs = [1, 2, 3].map(idAt);
    const watchers = runs.map((run) => new Watcher(fleet, 1, run));
    await pass(10_500);
    expect(fleet.journal.calls).toBe(10);
    for (const watcher of watchers) watcher.leave();
    for (const run of runs) fleet.write(0, run, 'run.queued');
    await pass(10_000);
    expect(fleet.journal.calls).toBe(10);
    expect(jest.getTimerCount()).toBe(0);
    fleet.close();
  });

  it('gives every watcher of a run each entry once and in order, whatever becomes of hints and reads', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 40 }),
        fc.array(fate, { minLength: 1, maxLength: 20 }),
        fc.array(weather, { minLength: 1, maxLength: 20 }),
        async (steps, fates, weathers) => {
          // Of a round that has failed.
          jest.clearAllTimers();
          const fleet = new Fleet(PROCESSES);
          const runs = [0, 1, 2, 3, 4].map(idAt);
          for (const relay of fleet.relays) relay.fate = dice(fates, []);
          fleet.journal.weather = dice(weathers, { latencyMs: 1, hasFailed: false });
          const watchers: { readonly run: RunId; readonly watcher: Watcher }[] = [];
          for (const { process, run: index, what, waitMs, watcher } of steps) {
            await pass(waitMs);
            const run = runs[index] as RunId;
            if (watcher !== null) watchers.push({ run, watcher: new Watcher(fleet, watcher, run) });
            if (!fleet.journal.isOver(run)) fleet.write(process, run, what);
          }
          fleet.journal.weather = FAIR;
          await pass(20_000);
          for (const { run, watcher } of watchers) {
            const all = fleet.journal.entriesOf(run).map(({ seq }) => seq);
            expect(watcher.seqs).toEqual(all);
            const [first = 0] = watcher.published;
            expect(watcher.published).toEqual(watcher.published.map((_, offset) => first + offset));
            watcher.leave();
          }
          fleet.close();
          // What was asked for before.
          await pass(10_000);
          expect(jest.getTimerCount()).toBe(0);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('gives whoever watches all runs every run-level entry once and in order, whatever becomes of hints and reads', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 40 }),
        fc.array(fate, { minLength: 1, maxLength: 20 }),
        fc.array(weather, { minLength: 1, maxLength: 20 }),
        fc.array(step, { maxLength: 10 }),
        async (steps, fates, weathers, earlier) => {
          // Of a round that has failed.
          jest.clearAllTimers();
          const fleet = new Fleet(PROCESSES);
          const runs = [0, 1, 2, 3, 4].map(idAt);
          for (const { process, run, what } of earlier) {
            const id = runs[run] as RunId;
            if (!fleet.journal.isOver(id)) fleet.write(process, id, what);
          }
          await pass(10_000);
          for (const relay of fleet.relays) relay.fate = dice(fates, []);
          const seen = fleet.buses.map(() => new Map<RunId, number[]>());
          const base = new Map(runs.map((run) => [run, fleet.journal.entriesOf(run).length]));
          const watching = fleet.buses.map((bus, index) =>
            bus.all$.subscribe(({ runId, entries }) => {
              const seqs = seen[index]?.get(runId) ?? [];
              seqs.push(...entries.filter(({ type }) => type.startsWith('run.')).map(({ seq }) => seq));
              seen[index]?.set(runId, seqs);
            }),
          );
          await pass(50);
          fleet.journal.weather = dice(weathers, { latencyMs: 1, hasFailed: false });
          let number = 10;
          for (const { process, run: index, what, waitMs } of steps) {
            await pass(waitMs);
            const run = runs[index] as RunId;
            if (!fleet.journal.isOver(run)) fleet.write(process, run, what);
            else runs[index] = idAt(number++);
          }
          fleet.journal.weather = FAIR;
          await pass(60_000);
          for (const each of seen) {
            for (const [run, entries] of fleet.journal.runs) {
              const expected = entries
                .filter(({ seq, type }) => type.startsWith('run.') && seq > (base.get(run) ?? 0))
                .map(({ seq }) => seq);
              expect({ run, seqs: each.get(run) ?? [] }).toEqual({ run, seqs: expected });
            }
          }
          for (const subscription of watching) subscription.unsubscribe();
          fleet.close();
          // What was asked for before.
          await pass(10_000);
          expect(jest.getTimerCount()).toBe(0);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('finds a run that began and ended while nothing was heard', async () => {
    const fleet = new Fleet(2);
    const seen: string[] = [];
    const watching = fleet.buses[1]?.all$.subscribe(({ entries }) => seen.push(...entries.map(({ type }) => type)));
    await pass(5_000);
    const run = idAt(1);
    for (const relay of fleet.relays) relay.fate = () => [];
    fleet.write(0, run, 'run.queued', false);
    fleet.write(0, run, 'run.succeeded');
    await pass(1_100);
    expect(seen).toEqual(['run.queued', 'run.succeeded']);
    watching?.unsubscribe();
    fleet.close();
  });
});
