import { Dice } from '../../../../../test/support/dice.js';
import { graph, node } from '../../../../../test/support/graph-builder.js';
import { LiveRun } from '../../../../../test/support/live-run.js';
import { waitFor } from '../../../../../test/support/wait-for.js';
import { SecretRegistry } from '../../../../config/index.js';
import type {
  AttemptKey,
  HeldPoolAttempt,
  PoolAttemptRepository,
  PoolReport,
  SeenPoolAttempt,
} from '../../../../storage/index.js';
import { SystemClock } from '../../../clock.js';
import { runId } from '../../../core/index.js';
import type { AttemptHandle, AttemptListener, Invocation } from '../../../invoker/index.js';
import type { RunReader } from '../../../run-reader.js';
import type { JobBuffer } from '../job-buffer.js';
import type { JobQueue, TakeOptions } from '../queue/job-queue.js';
import { type AttemptJobId, attemptJobId } from './attempt-job-id.js';
import { AttemptSignals } from './attempt-signals.js';
import { PoolAttempts } from './pool-attempts.js';
import type { PoolQueues } from './pool-queues.js';
import { PoolWorker } from './pool-worker.js';
import { ServedPools } from './served-pools.js';

const RUN = runId('r_01m8cp6ebbhtw2cz86v4rfg6mr');
const SILENT_MS = 2_500;
jest.setTimeout(60_000);

interface Row {
  readonly key: AttemptKey;
  state: SeenPoolAttempt['state'];
  worker?: string;
  heartbeatAt: number;
  mustStop: boolean;
  readonly reports: PoolReport[];
}

/** The tables, with the conditions of their statements, on a server that fails before or after it has stored something. */
class FlakyTable implements PoolAttemptRepository {
  readonly rows = new Map<AttemptJobId, Row>();
  claims = 0;

  /** @param fails Whether the next statement fails. */
  constructor(private readonly fails: () => boolean) {}

  add(attempts: readonly AttemptKey[]): Promise<void> {
    return this.try(() => {
      for (const key of attempts) {
        const id = attemptJobId(key);
        if (this.rows.has(id)) continue;
        this.rows.set(id, { key, state: 'waiting', heartbeatAt: 0, mustStop: false, reports: [] });
      }
    });
  }

  ofRuns(): Promise<readonly SeenPoolAttempt[]> {
    return this.try(() =>
      [...this.rows.values()].map(({ key, state, heartbeatAt, reports }) => ({
        ...key,
        state,
        reports: reports.length,
        silentMs: performance.now() - heartbeatAt,
      })),
    );
  }

  reports(key: AttemptKey, after: number): Promise<readonly PoolReport[]> {
    return this.try(() => this.row(key)?.reports.slice(after) ?? []);
  }

  takeFromSilent(key: AttemptKey, silentMs: number): Promise<boolean> {
    return this.try(() => {
      const row = this.row(key);
      if (row?.state !== 'running' || performance.now() - row.heartbeatAt <= silentMs) return false;
      row.state = 'lost';
      return true;
    });
  }

  withdraw(key: AttemptKey): Promise<boolean> {
    return this.try(() => this.row(key)?.state === 'waiting' && this.rows.delete(attemptJobId(key)));
  }

  askToStop(key: AttemptKey): Promise<void> {
    return this.try(() => {
      const row = this.row(key);
      if (row !== undefined) row.mustStop = true;
    });
  }

  remove(keys: readonly AttemptKey[]): Promise<void> {
    return this.try(() => {
      for (const key of keys) this.rows.delete(attemptJobId(key));
    });
  }

  claim(key: AttemptKey, worker: string): Promise<boolean> {
    return this.try(() => {
      const row = this.row(key);
      if (row?.state !== 'waiting') return false;
      this.claims += 1;
      Object.assign(row, { state: 'running', worker, heartbeatAt: performance.now() });
      return true;
    });
  }

  report(key: AttemptKey, worker: string, after: number, reports: readonly PoolReport[], isEnd: boolean) {
    return this.try(() => {
      const row = this.row(key);
      const state = isEnd ? 'ended' : 'running';
      if (row?.worker !== worker) return false;
      if (row.state !== 'running' || row.reports.length !== after) {
        return row.state === state && row.reports.length === after + reports.length;
      }
      row.reports.push(...reports);
      Object.assign(row, { state, heartbeatAt: performance.now() });
      return true;
    });
  }

  beat(worker: string): Promise<readonly HeldPoolAttempt[]> {
    return this.try(() => {
      const held = [...this.rows.values()].filter((row) => row.worker === worker && row.state === 'running');
      for (const row of held) row.heartbeatAt = performance.now();
      return held.map(({ key, mustStop }) => ({ ...key, mustStop }));
    });
  }

  sweep(): Promise<number> {
    return Promise.resolve(0);
  }

  private row(key: AttemptKey): Row | undefined {
    return this.rows.get(attemptJobId(key));
  }

  private async try<Result>(change: () => Result): Promise<Result> {
    await Promise.resolve();
    if (this.fails()) throw new Error('it was not stored');
    const result = change();
    if (this.fails()) throw new Error('nobody knows whether it was stored');
    return result;
  }
}

/** Says three lines and returns where it ran, after a while; or never ends, but for its signal. */
class Agents {
  readonly made: string[] = [];
  hangs = false;

  invoke({ nodeId, attempt }: Invocation, listener: AttemptListener): AttemptHandle {
    this.made.push(`${nodeId} ${attempt}`);
    for (const line of [1, 2, 3]) listener.logged('info', `line ${line}`);
    const timer = this.hangs ? undefined : setTimeout(() => listener.succeeded({ nodeId }), 20);
    const abort = (): void => {
      clearTimeout(timer);
      listener.failed({ type: 'AbortError', message: 'stopped', retryable: false });
    };
    return { abort, abandon: () => clearTimeout(timer) };
  }
}

/** Each job comes as often as `deliveries` says, to whichever worker. */
class Queue {
  private readonly works: TakeOptions<AttemptJobId>['work'][] = [];
  added = 0;
  constructor(private readonly deliveries: () => number) {}

  get queues(): PoolQueues {
    const buffer: Pick<JobBuffer<AttemptJobId>, 'isReachable' | 'push'> = {
      isReachable: true,
      push: ({ id }) => this.add(id),
    };
    const jobs: Pick<JobQueue<AttemptJobId>, 'missing'> = { missing: (ids) => Promise.resolve([...ids]) };
    const taker = { setPlaces: () => undefined, pause: () => Promise.resolve(), close: () => Promise.resolve() };
    return {
      of: () => Promise.resolve({ jobs, buffer }),
      take: (_pool: string, { work }: TakeOptions<AttemptJobId>) => {
        this.works.push(work);
        return Promise.resolve(taker);
      },
    } as unknown as PoolQueues;
  }

  private add(id: AttemptJobId): void {
    this.added += 1;
    for (let times = this.deliveries(); times > 0; times--) void this.deliver(id);
  }

  private async deliver(id: AttemptJobId): Promise<void> {
    for (;;) {
      const work = this.works[Math.floor(Math.random() * this.works.length)];
      const end = await work?.(id);
      if (end?.kind !== 'later') return;
    }
  }
}

interface Options {
  readonly fails?: () => boolean;
  readonly deliveries?: () => number;
  readonly workers?: number;
}

describe('the protocol of pools', () => {
  const closing: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  async function setUp(nodes: number, { fails = () => false, deliveries = () => 1, workers = 2 }: Options = {}) {
    const ids = Array.from({ length: nodes }, (_, index) => `n${index}`);
    const { plan, state } = LiveRun.started(graph(ids.map((id) => node(id, { pool: 'gpu' }))), { concurrency: nodes });
    const table = new FlakyTable(fails);
    const queue = new Queue(deliveries);
    const agents = new Agents();
    const member = { pools: ['gpu'], silentMs: 0 };
    const served = new ServedPools({ list: () => Promise.resolve([member as never]) }, 1_000);
    // No signal arrives anywhere: each has its own.
    const session = new PoolAttempts({
      attempts: table,
      queues: queue.queues,
      served,
      signals: new AttemptSignals(undefined),
      options: { pools: ['default'], silentMs: SILENT_MS },
    });
    session.begin();
    const makers: PoolWorker[] = [];
    for (let count = 0; count < workers; count++) {
      const maker = new PoolWorker({
        attempts: table,
        queues: queue.queues,
        signals: new AttemptSignals(undefined),
        reader: { read: () => Promise.resolve({ plan, state }) } as unknown as RunReader,
        invoker: agents,
        clock: new SystemClock(),
        templateEnv: {},
        secrets: new SecretRegistry(),
        pools: ['gpu'],
      });
      await maker.start(10);
      closing.push(() => maker.stop(0));
      makers.push(maker);
    }
    closing.push(() => session.close());
    const heard = new Map<string, string[]>(ids.map((id) => [id, []]));
    const handles = ids.map((nodeId) => {
      const said = heard.get(nodeId) ?? [];
      return session.start({ runId: RUN, nodeId, attempt: 1, epoch: 0 }, 'gpu', {
        logged: (_level, message) => said.push(message),
        progressed: () => undefined,
        suspended: () => undefined,
        succeeded: () => said.push('succeeded'),
        failed: ({ type }) => said.push(`failed ${type}`),
        interrupted: (cause) => said.push(`interrupted ${cause}`),
      });
    });
    return { table, queue, agents, session, makers, heard, handles };
  }

  const ALL = ['line 1', 'line 2', 'line 3', 'succeeded'];

  it('makes each attempt once, however often its job comes, and needs no signal to tell', async () => {
    const { table, agents, session, heard } = await setUp(20, { deliveries: () => 3 });
    await waitFor('all to end', () => session.size === 0);
    expect([...heard.values()]).toEqual(Array.from({ length: 20 }, () => ALL));
    expect(agents.made).toHaveLength(20);
    await waitFor('nothing to be left', () => table.rows.size === 0);
  });

  it('gives an attempt a job again whose job was lost', async () => {
    let isLost = true;
    const { session, queue, heard } = await setUp(1, { deliveries: () => (isLost ? 0 : 1) });
    await waitFor('the job to be added', () => queue.added === 1);
    isLost = false;
    await waitFor('it to end', () => session.size === 0, 20_000);
    expect(heard.get('n0')?.filter((said) => !said.startsWith('waits'))).toEqual(ALL);
  });

  it.each([1, 2, 3])(
    'hears every attempt end once, and all that it said at most once, on a server that fails (%i)',
    async (seed) => {
      const dice = new Dice(`pools/${seed}`);
      const { session, heard, agents } = await setUp(12, { fails: () => dice.chance(8), deliveries: () => 2 });
      await waitFor('all to end', () => session.size === 0, 50_000);
      for (const said of heard.values()) {
        const told = said.filter((line) => !line.startsWith('waits'));
        // Who claimed it may not know that it has it: then it gives it back.
        const isWhole = told.at(-1) === 'succeeded';
        expect(told).toEqual(isWhole ? ALL : ['interrupted lost']);
      }
      expect(new Set(agents.made).size).toBe(agents.made.length);
    },
  );

  it('hears nothing more of a worker that fell silent', async () => {
    const { table, session, agents, heard, makers } = await setUp(1, { workers: 1 });
    agents.hangs = true;
    await waitFor('it to be made', () => agents.made.length === 1);
    // What the worker says and shows reaches nobody.
    for (const row of table.rows.values()) row.worker = 'another';
    await waitFor('it to be taken away', () => session.size === 0, 20_000);
    expect(heard.get('n0')?.at(-1)).toBe('interrupted crash');
    await waitFor('the worker to let go', () =>
      [...(makers[0]?.figures.values() ?? [])].every((one) => one.running === 0),
    );
  });

  it('stops an attempt that its session asks to stop, and tells how it ended', async () => {
    const { agents, session, heard, handles } = await setUp(1, { workers: 1 });
    agents.hangs = true;
    await waitFor('it to be made', () => agents.made.length === 1);
    for (const handle of handles) handle.abort();
    await waitFor('it to end', () => session.size === 0);
    expect(heard.get('n0')?.at(-1)).toBe('failed AbortError');
  });

  it('tells an attempt that it lets go of nothing, and hears nothing of it', async () => {
    const { agents, session, heard, handles, table } = await setUp(1, { workers: 1 });
    agents.hangs = true;
    await waitFor('it to be made', () => agents.made.length === 1);
    for (const handle of handles) handle.abandon();
    expect(session.size).toBe(0);
    const said = [...(heard.get('n0') ?? [])];
    await waitFor('nothing to be left', () => table.rows.size === 0);
    expect(heard.get('n0')).toEqual(said);
  });

  it('has the attempts of a worker that stops made elsewhere', async () => {
    const { agents, session, heard, makers } = await setUp(3, { workers: 1 });
    agents.hangs = true;
    await waitFor('them to be made', () => agents.made.length === 3);
    await makers[0]?.stop(0);
    await waitFor('them to end', () => session.size === 0);
    for (const said of heard.values()) expect(said.at(-1)).toBe('interrupted shutdown');
  });
});
