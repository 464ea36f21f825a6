import { hostname } from 'node:os';
import { Logger } from '@nestjs/common';
import type { Subscription } from 'rxjs';
import type { Relay } from '../../../events/index.js';
import { withLogContext } from '../../../observability/core/index.js';
import {
  type FleetLeaseRepository,
  JournalUnavailableError,
  StaleWriterError,
  type StorageHealth,
  type UnfinishedRun,
} from '../../../storage/index.js';
import {
  type Blame,
  CorruptJournalError,
  type Namespace,
  RUN_ID,
  type RunId,
  type RunStatus,
  SUSPECT_AFTER,
  epochMs,
  isTerminalRun,
} from '../../core/index.js';
import type { LoadedRun } from '../../run-reader.js';
import type { RunSession } from '../../session/index.js';
import { FairOrder, MAX_PRIORITY } from '../host/fair-order.js';
import { QueueDeadlines, SessionHost, type SessionPorts } from '../host/index.js';
import { priorityOf } from '../host/priority-of.js';
import {
  EngineNotRunningError,
  type EnginePhase,
  type FleetCounts,
  type NewcomingRun,
  type PoolFigures,
  QueueBacklogError,
  RunEngine,
} from '../run-engine.js';
import type { BullmqEngineOptions } from './bullmq-engine.options.js';
import { DatabaseWatch } from './database-watch.js';
import { ExpiringRuns } from './expiring-runs.js';
import { fleetBlame } from './fleet-blame.js';
import { FleetLeader } from './fleet-leader.js';
import { JobBuffer } from './job-buffer.js';
import { OutsideWriter } from './outside-writer.js';
import type { Pools } from './pools/index.js';
import type { QueueAgreement } from './queue-agreement.js';
import { QueueSweep } from './queue-sweep.js';
import { RunClaims } from './run-claims.js';
import { StrangeJobs } from './strange-jobs.js';
import { Turn } from './turn.js';
import {
  type JobEnd,
  type JobQueue,
  type JobTaker,
  LAST_PLACE,
  QueueUnavailableError,
  saidBy,
} from './queue/job-queue.js';
import { longestTakeoverMs } from './queue/queue-timings.js';

/** How often a worker looks whether somebody asked one of its runs to stop, should the hint have been lost. */
const LOOK_EVERY_MS = 1_000;
/** How often a process that creates runs asks how far the line has come. */
const HEAD_EVERY_MS = 500;
/** A queue that cannot be prepared is tried again after so long. */
const OPEN_AGAIN_MS = 1_000;
/** A job whose run another session has comes back after so long, to find that the run has ended. */
const STALE_MS = 10_000;
/** A run that should end in the queue but cannot be read is looked at again after so long. */
const UNREADABLE_AGAIN_MS = 60_000;
/** How often the leader removes what nobody waits for any more: claims that have run out, and attempts of pools. */
const TIDY_EVERY_MS = 60_000;
const DONE: JobEnd = { kind: 'done' };
const AGAIN: JobEnd = { kind: 'again' };

export interface BullmqEngineParts {
  readonly ports: SessionPorts;
  readonly jobs: JobQueue<RunId>;
  readonly pools: Pools;
  readonly leases: FleetLeaseRepository;
  /** Of the database. */
  readonly health: StorageHealth;
  readonly agreement: QueueAgreement;
  /** Absent where no hints are carried: then what they would tell is found out a little later. */
  readonly relay?: Relay;
  readonly options: BullmqEngineOptions;
}

const withoutDatabase = (): JournalUnavailableError =>
  new JournalUnavailableError('the database cannot be reached: the run is left to other processes');

/**
 * Runs are worked on by any process of a fleet. The queue says by whom; it may lose everything, because the database is the
 * truth: a committed run without a job is found and given one.
 *
 * `starting` until `start`, then `running`, `stopping` from `stop` on, for good.
 */
export class BullmqEngine extends RunEngine {
  private readonly logger = new Logger(BullmqEngine.name);
  private currentPhase: EnginePhase = 'starting';
  private readonly host: SessionHost;
  private readonly buffer: JobBuffer<RunId>;
  private readonly outside: OutsideWriter;
  private readonly leader: FleetLeader;
  private readonly sweep: QueueSweep;
  private readonly deadlines: QueueDeadlines;
  private readonly expiring: ExpiringRuns;
  private readonly order = new FairOrder();
  override readonly fleetCounts: FleetCounts;
  override readonly pools: PoolFigures;
  private readonly counts = { takeovers: 0, swept: 0, sweeps: 0, lostJobs: 0 };
  private readonly waits = new Map<RunId, number>();
  private readonly claims: RunClaims;
  private readonly database: DatabaseWatch;
  /** Runs that the queue has given to this process, and that it has not left. */
  private readonly turns = new Map<RunId, Turn>();
  /** Runs that another process says it works on. */
  private readonly refused = new Set<RunId>();
  private readonly strangers: StrangeJobs;
  private readonly stopped = Promise.withResolvers<void>();
  private taker: JobTaker | undefined;
  private hints: Subscription | undefined;
  private lookTimer: NodeJS.Timeout | undefined;
  private opening: Promise<void> | undefined;
  private headAskedAt = 0;
  private tidiedAt = -Infinity;

  constructor(private readonly parts: BullmqEngineParts) {
    super();
    this.fleetCounts = this.counts;
    this.pools = parts.pools;
    const { ports, jobs, pools, leases, health, options } = parts;
    this.host = new SessionHost({ ...ports, remote: pools.attempts }, this.keeper());
    this.outside = new OutsideWriter(ports);
    this.deadlines = new QueueDeadlines(ports.clock, (runId) => void this.expire(runId));
    this.expiring = new ExpiringRuns(ports.runs, this.deadlines);
    this.buffer = new JobBuffer(jobs, ports.clock, {
      failed: (error, waiting) =>
        this.logger.error({ waiting }, `${saidBy(error)}: runs are accepted and queued later`),
      recovered: () => this.logger.log('the queue can be used again'),
    });
    this.claims = new RunClaims(leases, options.timings);
    this.database = new DatabaseWatch({
      isNeeded: () => this.turns.size > 0,
      askDatabase: () => health.check(),
      askQueue: () => jobs.check(),
      onCutOff: () => this.leaveRuns(),
      onBack: () => this.takeRunsAgain(),
    });
    this.strangers = new StrangeJobs(ports.runs, this.logger);
    const confirmMs = 2 * options.timings.renewMs;
    const enqueue = async ({ runId, namespace, status }: UnfinishedRun): Promise<void> => {
      // What has begun goes on before anything else begins.
      const priority = status === 'PENDING' ? await priorityOf(ports.journal, runId) : MAX_PRIORITY;
      this.enqueue(runId, namespace, priority);
    };
    this.sweep = new QueueSweep({ runs: ports.runs, jobs, confirmMs, enqueue });
    this.leader = new FleetLeader(
      leases,
      'queue-sweep',
      options.sweepMs,
      () => this.lead(),
      (error) => this.warnOf(error, 'runs without a job were not looked for'),
    );
  }

  override get phase(): EnginePhase {
    return this.currentPhase;
  }

  override get liveRuns(): number {
    return this.host.size;
  }

  /** Runs that wait in this process for a queue that cannot be reached. */
  override get queuedRuns(): number {
    return this.buffer.size;
  }

  override get longestWaitMs(): number {
    const since = this.buffer.oldest;
    return since === undefined ? 0 : Math.max(0, this.parts.ports.clock.now() - since);
  }

  /** @throws {QueueUnavailableError} if the queue does not answer. */
  override checkQueue(): Promise<void> {
    return this.parts.jobs.check();
  }

  override async queueFigures() {
    const [counts, head] = await Promise.all([this.parts.jobs.counts(), this.parts.jobs.head()]);
    const oldestWaitMs = head === undefined ? 0 : Math.max(0, this.parts.ports.clock.now() - head.since);
    return { ...counts, oldestWaitMs };
  }

  override async launch({ runId, namespace, priority, startBy, create }: NewcomingRun): Promise<void> {
    if (this.buffer.size >= this.parts.options.maxBacklog) throw new QueueBacklogError(this.buffer.size);
    await create();
    this.enqueue(runId, namespace, priority);
    if (startBy !== undefined && this.phase !== 'stopping') this.deadlines.add(runId, startBy);
    this.parts.ports.census.created();
  }

  /**
   * Begins at once, whether or not the queue can be reached: runs are accepted, and worked on as soon as it can.
   *
   * @throws {OtherQueueError} if other processes on the database have another queue.
   */
  override async start(): Promise<void> {
    await this.parts.agreement.keep();
    this.host.begin();
    this.parts.pools.attempts.begin();
    const { relay } = this.parts;
    const looks = (runId: RunId): void => void this.host.find(runId)?.then((session) => session?.look());
    this.hints = relay?.hints$.subscribe((hint) => hint.kind === 'cancel' && looks(hint.runId));
    this.hints?.add(relay?.gaps$.subscribe(() => this.lookAtAll()));
    this.currentPhase = 'running';
    this.opening = this.open();
    await Promise.race([
      this.opening,
      new Promise((resolve) => this.host.after(OPEN_AGAIN_MS, () => resolve(undefined))),
    ]);
    this.leader.start();
  }

  override async stop(graceMs: number): Promise<void> {
    this.currentPhase = 'stopping';
    this.stopped.resolve();
    const { leads } = this.leader;
    await this.leader.stop();
    if (leads) await this.parts.agreement.end().catch(() => undefined);
    this.deadlines.clear();
    await this.opening;
    const { pools } = this.parts;
    await this.taker?.pause();
    await Promise.all([this.host.stop(graceMs), pools.worker?.stop(graceMs)]);
    await pools.close();
    clearInterval(this.lookTimer);
    this.hints?.unsubscribe();
    await this.buffer.close();
    await this.taker?.close();
    await this.parts.jobs.close();
  }

  override fill(): void {
    const { limits } = this.parts.options;
    this.taker?.setPlaces(limits.maxConcurrentRuns);
    this.parts.pools.worker?.setPlaces(limits.maxConcurrency);
  }

  override async cancel(runId: RunId): Promise<RunStatus> {
    for (;;) {
      if (this.phase !== 'running')
        throw new EngineNotRunningError(`the engine is ${this.phase}: ask again when it runs`);
      const session = await this.host.find(runId);
      if (session === undefined) return this.cancelFromOutside(runId);
      try {
        const status = await session.cancel();
        const end = await this.host.endedNow(session);
        if (end === undefined || end.kind === 'finished') return status;
      } catch (error) {
        if (!(error instanceof StaleWriterError)) throw error;
      }
      await session.ended;
    }
  }

  private async cancelFromOutside(runId: RunId): Promise<RunStatus> {
    const status = await this.outside.cancel(runId);
    if (status === undefined) throw new EngineNotRunningError('the run has been deleted meanwhile');
    if (isTerminalRun(status)) this.forget(runId);
    else {
      this.parts.relay?.publish({ kind: 'cancel', runId });
      // If nobody has the run, a worker is to take it, whatever it waits for.
      this.buffer.push({ id: runId, place: 1, isUrgent: true });
    }
    return status;
  }

  private async expire(runId: RunId): Promise<void> {
    try {
      if (this.phase !== 'running') return;
      const status = await this.outside.expire(runId);
      if (status !== undefined && isTerminalRun(status)) this.forget(runId);
    } catch (error) {
      withLogContext({ run_id: runId }, () =>
        this.logger.warn({ err: error }, 'a run could not be ended in the queue'),
      );
      const waitMs = error instanceof CorruptJournalError ? UNREADABLE_AGAIN_MS : LOOK_EVERY_MS;
      if (this.phase === 'running') this.deadlines.add(runId, epochMs(this.parts.ports.clock.now() + waitMs));
    }
  }

  /** The run has ended without a worker; a job that stays finds that out. */
  private forget(runId: RunId): void {
    this.deadlines.remove(runId);
    this.parts.jobs.remove(runId).catch(() => undefined);
  }

  private enqueue(runId: RunId, namespace: Namespace, priority?: number): void {
    void this.followHead();
    this.buffer.push({ id: runId, place: Math.min(LAST_PLACE, this.order.next(namespace, priority)) });
  }

  /** How far the line has come is asked now and then, by those who stand in it. */
  private async followHead(): Promise<void> {
    const now = performance.now();
    if (now - this.headAskedAt < HEAD_EVERY_MS) return;
    this.headAskedAt = now;
    try {
      const head = await this.parts.jobs.head();
      if (head !== undefined) this.order.advance(head.place);
      else if (this.buffer.size === 0) this.order.reset();
    } catch {
      // Places grow until somebody knows better.
    }
  }

  private keeper() {
    const phase = (): EnginePhase => this.currentPhase;
    return {
      get phase() {
        return phase();
      },
      isAlone: false,
      parkAfterMs: this.parts.options.parkAfterMs,
      blame: (run: LoadedRun, runId: RunId) => this.blameFor(run, runId),
      mayTake: async (runId: RunId): Promise<boolean> => {
        const isFree = this.host.lossOf(runId) !== undefined || (await this.claims.isFree(runId));
        if (!isFree) this.refused.add(runId);
        return isFree;
      },
      keeps: (runId: RunId) => this.turns.has(runId),
      released: () => undefined,
      lost: (runId: RunId, waitMs: number) => void this.waits.set(runId, waitMs),
    };
  }

  private blameFor(run: LoadedRun, runId: RunId): Promise<Blame> {
    const { ports, options, pools } = this.parts;
    const { plan, state } = run;
    const diedWithinMs = longestTakeoverMs(options.timings);
    // The process that had it was without the database too, most likely: so it left it.
    if (this.database.wasCutOffWithin(diedWithinMs)) return Promise.resolve({ kind: 'nobody' });
    return fleetBlame(run, {
      now: ports.clock.now(),
      diedWithinMs,
      wasThere: (nodeId) => {
        const index = plan.indexOf.get(nodeId);
        const node = index === undefined ? undefined : plan.nodes[index];
        return pools.attempts.poolFor(node?.definition.pool, state.settings.pool) === undefined;
      },
      hasOtherSuspects: async () => (await ports.runs.crashedOften(SUSPECT_AFTER)).some((other) => other !== runId),
    });
  }

  private async open(): Promise<void> {
    const { jobs, options, pools } = this.parts;
    for (let isFirst = true; this.phase === 'running'; isFirst = false) {
      try {
        await jobs.open();
        for (const warning of await jobs.warnings()) this.logger.warn(warning);
        break;
      } catch (error) {
        if (isFirst) this.logger.error(`${saidBy(error)}: it is asked again until it can (QUEUE__URL)`);
        await Promise.race([
          new Promise((resolve) => this.host.after(OPEN_AGAIN_MS, () => resolve(undefined))),
          this.stopped.promise,
        ]);
      }
    }
    if (this.phase !== 'running') return;
    await pools.worker?.start(options.limits.maxConcurrency);
    if (!options.isWorker) return;
    this.lookTimer = setInterval(() => {
      this.lookForRequests();
      this.renewClaims();
      this.database.look();
    }, LOOK_EVERY_MS);
    this.taker = jobs.take({
      name: `${hostname()}:${process.pid}`,
      places: options.limits.maxConcurrentRuns,
      work: (runId) => this.work(runId),
      onLost: (runIds) => {
        this.counts.lostJobs += runIds.length;
        for (const runId of runIds) this.claims.lose(runId);
        this.renewClaims();
      },
      onRenewed: (runIds) => {
        for (const runId of runIds) this.claims.confirm(runId);
      },
      onStalled: (runId) => {
        this.counts.takeovers += 1;
        withLogContext({ run_id: runId }, () =>
          this.logger.warn('the worker of a run is gone: the run goes on elsewhere'),
        );
      },
    });
  }

  private get mayWork(): boolean {
    return this.phase === 'running' && !this.database.isCutOff;
  }

  /** Lives a run until it ends, must be left to others, or waits for long. */
  private async work(runId: RunId): Promise<JobEnd> {
    if (!this.mayWork) return AGAIN;
    this.claims.confirm(runId);
    const turn = new Turn();
    this.turns.set(runId, turn);
    try {
      return await Promise.race([this.live(runId, turn), turn.over.then(() => AGAIN)]);
    } finally {
      if (this.turns.get(runId) === turn) this.turns.delete(runId);
      // What cannot be freed runs out.
      this.claims.forget(runId).catch(() => undefined);
    }
  }

  private async live(runId: RunId, turn: Turn): Promise<JobEnd> {
    if (!RUN_ID.test(runId)) {
      this.strangers.foreign();
      return DONE;
    }
    for (;;) {
      if (!this.mayWork || turn.isOver) return AGAIN;
      const begin = (opened: RunSession): void => (turn.isOver ? opened.abandon(withoutDatabase()) : opened.take());
      const session = await (this.host.find(runId) ?? this.host.open(runId, begin));
      if (this.refused.delete(runId)) return this.later(this.parts.options.timings.renewMs);
      if (session === undefined && this.host.lossOf(runId) === undefined) {
        if (!this.mayWork) return AGAIN;
        await this.strangers.look(runId);
        return DONE;
      }
      const end = await session?.ended;
      switch (end?.kind) {
        case 'finished':
          return DONE;
        case 'parked':
          return end.until === undefined ? AGAIN : { kind: 'later', at: end.until };
        case 'lost':
          if (!(end.error instanceof StaleWriterError)) break;
          return this.later(STALE_MS);
        case undefined:
          break;
      }
      if (this.database.isCutOff) {
        this.forgetLoss(runId);
        return AGAIN;
      }
      // Another process may be able to read it, one of a newer version say; this one is not to wait for that with a place.
      if (this.host.lossOf(runId)?.error instanceof CorruptJournalError) return this.later(this.takeWait(runId));
      await this.waitToRetake(runId, turn);
    }
  }

  /**
   * Others may be able to work on what waits for the database here. A session that only waits for its attempts needs none until
   * one of them ends: to drop them would throw work away in each outage that all processes share.
   */
  private leaveRuns(): void {
    this.logger.error(
      'the database cannot be reached and the queue can: runs that need it are left to other processes',
    );
    void this.taker?.pause();
    void this.parts.pools.worker?.pause();
    for (const [runId, turn] of [...this.turns]) {
      const session = this.host.sessionOf(runId);
      if (session !== undefined && !session.isWorking) continue;
      this.turns.delete(runId);
      session?.abandon(withoutDatabase());
      this.forgetLoss(runId);
      turn.leave();
    }
  }

  /** The run is left to others. */
  private forgetLoss(runId: RunId): void {
    this.host.forgetLoss(runId);
    this.waits.delete(runId);
  }

  private takeRunsAgain(): void {
    if (this.phase !== 'running') return;
    this.logger.log('the database can be reached again: runs are taken again');
    void this.taker?.resume();
    void this.parts.pools.worker?.resume();
  }

  private later(ms: number): JobEnd {
    return { kind: 'later', at: epochMs(this.parts.ports.clock.now() + ms) };
  }

  private renewClaims(): void {
    this.claims.renew().catch((error: unknown) => {
      this.logger.warn({ err: error }, 'runs could not be claimed in the database while the queue does not hold them');
    });
  }

  /** How long to wait before the run is taken again. */
  private takeWait(runId: RunId): number {
    const waitMs = this.waits.get(runId) ?? 0;
    this.waits.delete(runId);
    return waitMs;
  }

  private async waitToRetake(runId: RunId, turn: Turn): Promise<void> {
    const waitMs = this.takeWait(runId);
    const isOver = Promise.withResolvers<void>();
    const forgo = this.host.after(waitMs, isOver.resolve);
    await Promise.race([isOver.promise, this.stopped.promise, turn.over]);
    forgo();
  }

  /** Of a server that is away, its operator need not know where in this program that was found. */
  private warnOf(error: unknown, message: string): void {
    if (error instanceof QueueUnavailableError) this.logger.warn(`${message}: ${error.message}`);
    else this.logger.warn({ err: error }, message);
  }

  private lookForRequests(): void {
    const sessions = new Map<RunId, RunSession>();
    for (const session of this.host.sessions) sessions.set(session.runId, session);
    if (sessions.size === 0) return;
    this.parts.ports.runs.standingsOf([...sessions.keys()]).then(
      (standings) => {
        this.database.answered();
        for (const [runId, session] of sessions)
          if ((standings.get(runId)?.lastSeq ?? 0) > session.lastSeq) session.look();
      },
      // A database that cannot be read is told of by those who write to it.
      () => undefined,
    );
  }

  private lookAtAll(): void {
    for (const session of this.host.sessions) session.look();
  }

  private async lead(): Promise<void> {
    await this.parts.agreement.keep();
    await this.expiring.round();
    await this.tidy();
    if (!this.buffer.isReachable) return;
    const swept = await this.sweep.round();
    this.counts.sweeps += 1;
    this.counts.swept += swept;
    if (swept > 0) this.logger.warn(`${swept} unfinished runs had no job and were queued again`);
  }

  private async tidy(): Promise<void> {
    const now = performance.now();
    if (now - this.tidiedAt < TIDY_EVERY_MS) return;
    this.tidiedAt = now;
    await this.parts.leases.forgetExpired(TIDY_EVERY_MS);
    await this.parts.pools.sweep();
  }
}
