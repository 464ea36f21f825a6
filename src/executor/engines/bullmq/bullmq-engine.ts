import { hostname } from 'node:os';
import { Logger } from '@nestjs/common';
import type { Subscription } from 'rxjs';
import type { Relay } from '../../../events/index.js';
import { withLogContext } from '../../../observability/core/index.js';
import { type FleetLeaseRepository, StaleWriterError, type UnfinishedRun } from '../../../storage/index.js';
import {
  type Blame,
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
import { fleetBlame } from './fleet-blame.js';
import { FleetLeader } from './fleet-leader.js';
import { JobBuffer } from './job-buffer.js';
import { OutsideWriter } from './outside-writer.js';
import type { Pools } from './pools/index.js';
import type { QueueAgreement } from './queue-agreement.js';
import { QueueSweep } from './queue-sweep.js';
import { RunClaims } from './run-claims.js';
import { StrangeJobs } from './strange-jobs.js';
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
/** How often the leader reads which runs must begin by a moment: those of processes that have gone. */
const EXPIRING_EVERY_MS = 60_000;
/** How often the leader looks for attempts of pools that nobody waits for any more. */
const SWEEP_POOLS_EVERY_MS = 60_000;
const DONE: JobEnd = { kind: 'done' };
const AGAIN: JobEnd = { kind: 'again' };

export interface BullmqEngineParts {
  readonly ports: SessionPorts;
  readonly jobs: JobQueue<RunId>;
  readonly pools: Pools;
  readonly leases: FleetLeaseRepository;
  readonly agreement: QueueAgreement;
  /** Absent where no hints are carried: then what they would tell is found out a little later. */
  readonly relay?: Relay;
  readonly options: BullmqEngineOptions;
}

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
  private readonly order = new FairOrder();
  override readonly fleetCounts: FleetCounts;
  override readonly pools: PoolFigures;
  private readonly counts = { takeovers: 0, swept: 0, sweeps: 0, lostJobs: 0 };
  private readonly waits = new Map<RunId, number>();
  private readonly claims: RunClaims;
  /** Runs that another process says it works on. */
  private readonly refused = new Set<RunId>();
  private readonly strangers: StrangeJobs;
  private readonly stopped = Promise.withResolvers<void>();
  private taker: JobTaker | undefined;
  private hints: Subscription | undefined;
  private lookTimer: NodeJS.Timeout | undefined;
  private opening: Promise<void> | undefined;
  private headAskedAt = 0;
  private expiringAskedAt = 0;
  private poolsSweptAt = -Infinity;

  constructor(private readonly parts: BullmqEngineParts) {
    super();
    this.fleetCounts = this.counts;
    this.pools = parts.pools;
    const { ports, jobs, pools, leases, options } = parts;
    this.host = new SessionHost({ ...ports, remote: pools.attempts }, this.keeper());
    this.outside = new OutsideWriter(ports);
    this.deadlines = new QueueDeadlines(ports.clock, (runId) => void this.expire(runId));
    this.buffer = new JobBuffer(jobs, ports.clock, {
      failed: (error, waiting) =>
        this.logger.error({ waiting }, `${saidBy(error)}: runs are accepted and queued later`),
      recovered: () => this.logger.log('the queue can be used again'),
    });
    this.claims = new RunClaims(leases, options.timings);
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
      (isNew) => this.lead(isNew),
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
    this.deadlines.clear();
    const { leads } = this.leader;
    await this.leader.stop();
    if (leads) await this.parts.agreement.end().catch(() => undefined);
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
      this.host.after(LOOK_EVERY_MS, () => void this.expire(runId));
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
      released: () => undefined,
      lost: (runId: RunId, waitMs: number) => void this.waits.set(runId, waitMs),
    };
  }

  private blameFor(run: LoadedRun, runId: RunId): Promise<Blame> {
    const { ports, options, pools } = this.parts;
    const { plan, state } = run;
    return fleetBlame(run, {
      now: ports.clock.now(),
      diedWithinMs: longestTakeoverMs(options.timings),
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

  /** Lives a run until it ends, must be left to others, or waits for long. */
  private async work(runId: RunId): Promise<JobEnd> {
    this.claims.confirm(runId);
    try {
      return await this.live(runId);
    } finally {
      // What cannot be freed runs out.
      this.claims.forget(runId).catch(() => undefined);
    }
  }

  private async live(runId: RunId): Promise<JobEnd> {
    if (!RUN_ID.test(runId)) {
      this.strangers.foreign();
      return DONE;
    }
    for (;;) {
      if (this.phase !== 'running') return AGAIN;
      const session = await (this.host.find(runId) ?? this.host.open(runId, (opened) => opened.take()));
      if (this.refused.delete(runId)) return this.later(this.parts.options.timings.renewMs);
      if (session === undefined && this.host.lossOf(runId) === undefined) {
        if (this.phase !== 'running') return AGAIN;
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
      await this.waitToRetake(runId);
    }
  }

  private later(ms: number): JobEnd {
    return { kind: 'later', at: epochMs(this.parts.ports.clock.now() + ms) };
  }

  private renewClaims(): void {
    this.claims.renew().catch((error: unknown) => {
      this.logger.warn({ err: error }, 'runs could not be claimed in the database while the queue does not hold them');
    });
  }

  private async waitToRetake(runId: RunId): Promise<void> {
    const waitMs = this.waits.get(runId) ?? 0;
    this.waits.delete(runId);
    const isOver = Promise.withResolvers<void>();
    const forgo = this.host.after(waitMs, isOver.resolve);
    await Promise.race([isOver.promise, this.stopped.promise]);
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
    this.parts.ports.runs.lastSeqs([...sessions.keys()]).then(
      (lastSeqs) => {
        for (const [runId, session] of sessions) if ((lastSeqs.get(runId) ?? 0) > session.lastSeq) session.look();
      },
      // A database that cannot be read is told of by those who write to it.
      () => undefined,
    );
  }

  private lookAtAll(): void {
    for (const session of this.host.sessions) session.look();
  }

  private async lead(isNew: boolean): Promise<void> {
    await this.parts.agreement.keep();
    const now = performance.now();
    if (isNew || now - this.expiringAskedAt > EXPIRING_EVERY_MS) {
      this.expiringAskedAt = now;
      await this.parts.leases.forgetExpired(EXPIRING_EVERY_MS);
      for (const { runId, startBy } of await this.parts.ports.runs.expiring()) this.deadlines.add(runId, startBy);
    }
    if (now - this.poolsSweptAt > SWEEP_POOLS_EVERY_MS) {
      this.poolsSweptAt = now;
      await this.parts.pools.sweep();
    }
    if (!this.buffer.isReachable) return;
    const swept = await this.sweep.round();
    this.counts.sweeps += 1;
    this.counts.swept += swept;
    if (swept > 0) this.logger.warn(`${swept} unfinished runs had no job and were queued again`);
  }
}
