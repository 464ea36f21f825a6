import { randomBytes } from 'node:crypto';
import { epochMs, type RunId, runId } from '../../../src/executor/core/index.js';
import { openJobQueue, type QueueLocation } from '../../../src/executor/engines/bullmq/queue/open-job-queue.js';
import { longestTakeoverMs, queueTimings } from '../../../src/executor/engines/bullmq/queue/queue-timings.js';
import {
  type JobEnd,
  type JobTaker,
  QueueUnavailableError,
  type JobQueue,
  type TakeOptions,
} from '../../../src/executor/engines/bullmq/queue/job-queue.js';
import { TcpGate } from '../../support/tcp-gate.js';
import { waitFor } from '../../support/wait-for.js';

/** Quick, so that a test need not wait for long; the arithmetic is the same. */
const TIMINGS = queueTimings(1.5, 0.5);
const DONE: JobEnd = { kind: 'done' };
const HOUR_MS = 3_600_000;

export interface QueueUnderTest {
  readonly location: QueueLocation;
  drop(): Promise<void>;
}

/** What the engine relies on, whatever holds the queue. */
export function describeJobQueue(open: (prefix: string) => QueueUnderTest | Promise<QueueUnderTest>): void {
  let place: QueueUnderTest;
  let jobs: JobQueue<RunId>;
  let tests = 0;
  const opened: JobQueue<RunId>[] = [];
  const failures: Error[] = [];

  const connect = async (location = place.location): Promise<JobQueue<RunId>> => {
    const other = await openJobQueue<RunId>(location, 'runs', TIMINGS, { failed: (error) => failures.push(error) });
    await other.open();
    opened.push(other);
    return other;
  };

  beforeAll(async () => {
    place = await open(`t${randomBytes(6).toString('hex')}`);
  });
  afterAll(() => place.drop());
  beforeEach(async () => {
    const { prefix } = place.location;
    place = { ...place, location: { ...place.location, prefix: `${prefix.split('_')[0]}_${(tests += 1)}` } };
    jobs = await connect();
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((each) => each.close()));
    failures.length = 0;
  });

  const until = (probe: Parameters<typeof waitFor>[1]): Promise<unknown> => waitFor('the queue to get there', probe);
  const id = (name: string): RunId => runId(`r_${name}`);
  const taking = (
    from: JobQueue<RunId>,
    work: TakeOptions<RunId>['work'],
    options: Partial<TakeOptions<RunId>> = {},
  ): JobTaker =>
    from.take({
      name: 'test',
      places: 10,
      work,
      onLost: () => undefined,
      onRenewed: () => undefined,
      onStalled: () => undefined,
      ...options,
    });

  it('gives each job to one of several takers, once', async () => {
    const taken: RunId[] = [];
    const work = (run: RunId): Promise<JobEnd> => {
      taken.push(run);
      return Promise.resolve(DONE);
    };
    taking(jobs, work);
    taking(await connect(), work);
    const ids = Array.from({ length: 100 }, (_, n) => id(`n${n}`));
    await jobs.add(ids.map((run) => ({ id: run, place: 1 })));
    await until(() => taken.length >= ids.length);
    await until(async () => (await jobs.counts()).active === 0);
    expect(taken.toSorted()).toEqual(ids.toSorted());
    expect(await jobs.missing(ids)).toEqual(ids);
  });

  it('gives jobs in the order of their places, and those of one place as they came', async () => {
    const at = (name: string, place_: number) => ({ id: id(name), place: place_ });
    await jobs.add([at('late', 900), at('first', 1), at('b1', 20), at('b2', 20)]);
    await jobs.add([at('b3', 20), at('last', 2_097_151), at('second', 2)]);
    expect(await jobs.head()).toMatchObject({ place: 1 });
    const taken: RunId[] = [];
    taking(jobs, (run) => Promise.resolve((taken.push(run), DONE)), { places: 1 });
    await until(() => taken.length === 7);
    expect(taken).toEqual(['first', 'second', 'b1', 'b2', 'b3', 'late', 'last'].map(id));
    await until(async () => (await jobs.head()) === undefined);
  });

  it('has one job for a run, however often it is added, also while it is worked on', async () => {
    const gate = Promise.withResolvers<JobEnd>();
    let times = 0;
    await jobs.add([{ id: id('a'), place: 7 }]);
    await jobs.add([{ id: id('a'), place: 3 }]);
    expect(await jobs.counts()).toEqual({ waiting: 1, active: 0, delayed: 0 });
    taking(jobs, () => ((times += 1), gate.promise));
    await until(() => times === 1);
    await jobs.add([{ id: id('a'), place: 1 }]);
    expect(await jobs.counts()).toEqual({ waiting: 0, active: 1, delayed: 0 });
    gate.resolve(DONE);
    await until(async () => (await jobs.missing([id('a')])).length === 1);
    expect(times).toBe(1);
    // Once it is gone it can be added again.
    await jobs.add([{ id: id('a'), place: 1 }]);
    await until(() => times === 2);
  });

  it('gives a job that was given back to somebody else at once', async () => {
    const takers: string[] = [];
    const gate = Promise.withResolvers<JobEnd>();
    const first = taking(jobs, () => (takers.push('first'), gate.promise));
    await jobs.add([{ id: id('a'), place: 5 }]);
    await until(() => takers.length > 0);
    await first.pause();
    // It waits for a job already when there is one.
    taking(await connect(), () => (takers.push('second'), Promise.resolve(DONE)));
    const waitsFrom = Date.now() + 300;
    await until(() => Date.now() > waitsFrom);
    const since = Date.now();
    gate.resolve({ kind: 'again' });
    await until(() => takers.includes('second'));
    expect(Date.now() - since).toBeLessThan(1_000);
  });

  it('takes jobs again after a pause, whether or not it held one meanwhile', async () => {
    const held = Promise.withResolvers<JobEnd>();
    const taken: RunId[] = [];
    const taker = taking(jobs, (run) => (taken.push(run), run === id('held') ? held.promise : Promise.resolve(DONE)));
    for (const name of ['one', 'held']) {
      await jobs.add([{ id: id(name), place: 1 }]);
      await until(() => taken.includes(id(name)));
      await taker.pause();
      await taker.resume();
      await jobs.add([{ id: id(`after_${name}`), place: 1 }]);
      await until(() => taken.includes(id(`after_${name}`)));
    }
    held.resolve(DONE);
    await until(async () => (await jobs.counts()).active === 0);
  });

  it('keeps a job for later until it is due, or until it is promoted', async () => {
    const taken: [RunId, number][] = [];
    const due = Date.now() + 700;
    taking(jobs, (run) => {
      const isFirst = !taken.some(([other]) => other === run);
      taken.push([run, Date.now()]);
      if (!isFirst) return Promise.resolve(DONE);
      return Promise.resolve({ kind: 'later', at: epochMs(run === id('soon') ? due : due + HOUR_MS) });
    });
    await jobs.add([
      { id: id('soon'), place: 9 },
      { id: id('far'), place: 9 },
    ]);
    await until(async () => (await jobs.counts()).delayed === 2);
    expect(await jobs.missing([id('soon'), id('far'), id('other')])).toEqual([id('other')]);
    await until(() => taken.length === 3);
    expect(taken[2]?.[0]).toBe(id('soon'));
    expect(taken[2]?.[1]).toBeGreaterThanOrEqual(due - 5);
    await jobs.promote(id('far'));
    await until(() => taken.length === 4);
    expect(taken[3]?.[0]).toBe(id('far'));
  });

  it('promotes nothing but what is delayed, and removes nothing that is worked on', async () => {
    const gate = Promise.withResolvers<JobEnd>();
    await jobs.add([{ id: id('waits'), place: 5 }]);
    await jobs.promote(id('waits'));
    await jobs.promote(id('unknown'));
    await jobs.remove(id('waits'));
    await jobs.remove(id('unknown'));
    expect(await jobs.counts()).toEqual({ waiting: 0, active: 0, delayed: 0 });
    taking(jobs, () => gate.promise);
    await jobs.add([{ id: id('active'), place: 5 }]);
    await until(async () => (await jobs.counts()).active === 1);
    await jobs.promote(id('active'));
    await jobs.remove(id('active'));
    expect(await jobs.missing([id('active')])).toEqual([]);
    gate.resolve(DONE);
    await until(async () => (await jobs.missing([id('active')])).length === 1);
  });

  it('renews the lock for as long as the work takes', async () => {
    const gate = Promise.withResolvers<JobEnd>();
    let times = 0;
    const renewed: RunId[] = [];
    const work = (): Promise<JobEnd> => ((times += 1), gate.promise);
    taking(jobs, work, { onRenewed: (runs) => renewed.push(...runs) });
    taking(await connect(), work);
    await jobs.add([{ id: id('long'), place: 1 }]);
    const end = Date.now() + 3 * TIMINGS.lockMs;
    await until(() => Date.now() > end);
    expect(times).toBe(1);
    gate.resolve(DONE);
    await until(async () => (await jobs.missing([id('long')])).length === 1);
  });

  it('gives the job of a taker that is gone to another within the time that the arithmetic says, however often', async () => {
    const gate = await TcpGate.open(place.location.url);
    const endless = Promise.withResolvers<JobEnd>();
    try {
      for (let round = 1; round <= 3; round++) {
        const doomed = await connect({ ...place.location, url: gate.url });
        const run = id(`round${round}`);
        let hasTaken = false;
        taking(doomed, () => ((hasTaken = true), endless.promise));
        await jobs.add([{ id: run, place: 1 }]);
        await until(() => hasTaken);
        const stalled: RunId[] = [];
        let takenAt = 0;
        const survivor = await connect();
        const taker = taking(survivor, () => ((takenAt = Date.now()), Promise.resolve(DONE)), {
          onStalled: (each) => stalled.push(each),
        });
        gate.cut();
        const diedAt = Date.now();
        await until(() => takenAt > 0);
        expect(takenAt - diedAt).toBeLessThan(longestTakeoverMs(TIMINGS) + 700);
        expect(stalled).toEqual([run]);
        await taker.close();
        gate.mend();
        await doomed.close();
      }
    } finally {
      endless.resolve(DONE);
      await gate.close();
    }
  });

  it('refuses to answer while it cannot be reached, in time, and answers again afterwards', async () => {
    const gate = await TcpGate.open(place.location.url);
    try {
      const behind = await connect({ ...place.location, url: gate.url });
      const taken: RunId[] = [];
      taking(behind, (run) => Promise.resolve((taken.push(run), DONE)));
      await behind.check();
      gate.cut();
      await expect(behind.add([{ id: id('a'), place: 1 }])).rejects.toThrow(QueueUnavailableError);
      await expect(behind.check()).rejects.toThrow(QueueUnavailableError);
      failures.length = 0;
      const end = Date.now() + 1_500;
      await until(() => Date.now() > end);
      // Nothing spins while it waits.
      expect(failures.length).toBeLessThan(60);
      gate.mend();
      await until(() =>
        behind.check().then(
          () => true,
          () => false,
        ),
      );
      await until(() =>
        behind.add([{ id: id('b'), place: 1 }]).then(
          () => true,
          () => false,
        ),
      );
      await until(() => taken.includes(id('b')));
    } finally {
      await gate.close();
    }
  });

  it.each(['cut', 'stall'] as const)('can be closed at any moment while its way is a %s', async (trouble) => {
    const gate = await TcpGate.open(place.location.url);
    const doomed = await Promise.all(
      Array.from({ length: 5 }, async () => {
        const queue = await connect({ ...place.location, url: gate.url });
        return { queue, taker: taking(queue, () => Promise.resolve(DONE)) };
      }),
    );
    try {
      await jobs.add([{ id: id('a'), place: 1 }]);
      await until(async () => (await jobs.missing([id('a')])).length === 1);
      gate[trouble]();
      const troubledAt = Date.now();
      const took = await Promise.all(
        doomed.map(async ({ queue, taker }, index) => {
          await until(() => Date.now() > troubledAt + 250 * index);
          const since = Date.now();
          await taker.pause();
          await taker.close();
          await queue.close();
          return Date.now() - since;
        }),
      );
      expect(Math.max(...took)).toBeLessThan(8_000);
    } finally {
      await gate.close();
    }
  });

  it('stands prepared however many prepare it at once', async () => {
    const prefix = `${place.location.prefix}_new`;
    await Promise.all(Array.from({ length: 4 }, () => connect({ ...place.location, prefix })));
  });
}
