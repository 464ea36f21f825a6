import { setTimeout as sleep } from 'node:timers/promises';
import {
  type BackendFactory,
  DelayedError,
  type Job,
  Queue,
  type RedisQueueBackend,
  Worker,
  type WorkerOptions,
} from 'bullmq';
import { type EpochMs, epochMs } from '../../../core/index.js';
import type { QueueTimings } from './queue-timings.js';
import {
  type JobCounts,
  type JobTaker,
  QueueUnavailableError,
  type QueuedJob,
  JobQueue,
  type TakeOptions,
} from './job-queue.js';

/** One job is like the next: what it stands for, the database says. */
const JOB_NAME = 'job';
/** A worker that could not take or end a job tries again after so long, in milliseconds. */
const RETRY_MS = 500;
/** How often it is tried to give a job back before it is left to its lock. */
const GIVE_BACK_TRIES = 3;
/** A job comes back however often its worker died: whether what it stands for does, the journal decides. */
const ANY_NUMBER = 2_147_483_647;
/** An answer that takes longer is taken for none, in milliseconds. */
const ANSWER_MS = 5_000;
/** BullMQ tells what happens in a stream of its own, which nobody reads here. */
const KEPT_EVENTS = 100;

type NoData = Record<string, never>;
type BullmqJob = Job<NoData, void>;
type BullmqQueue = Queue<NoData, void, string, NoData, void, string>;

/** What BullMQ keeps its queue in. */
export interface QueueStore {
  /** Creates what is missing there. */
  prepare(): Promise<void>;
  warnings(): Promise<string[]>;
  /** For BullMQ: for what asks and is to be answered or refused, or for what waits for the store as long as it takes. */
  readonly connection: (purpose: 'asks' | 'waits') => unknown;
  readonly prefix?: string;
  readonly factory: BackendFactory<RedisQueueBackend>;
  /** Which of the jobs do not exist in the queue, so that they can be added. */
  missing(queueName: string, ids: readonly string[]): Promise<string[]>;
  ping(): Promise<void>;
  /** Why there is no connection, while there is none and that is known. */
  readonly trouble?: Error;
  close(): Promise<void>;
}

/** What runs of BullMQ's own have to say that is worth a line. */
export interface QueueListener {
  /** Something went wrong that BullMQ tries again by itself. */
  failed(error: Error): void;
}

/** The queue in BullMQ, on whatever holds it. */
export class BullmqJobQueue<Id extends string> extends JobQueue<Id> {
  private opened: BullmqQueue | undefined;
  private readonly takers: Taker[] = [];
  private closing: Promise<void> | undefined;

  constructor(
    private readonly store: QueueStore,
    private readonly name: string,
    private readonly timings: QueueTimings,
    private readonly listener: QueueListener,
  ) {
    super();
  }

  override open(): Promise<void> {
    return this.ask(async () => {
      await this.store.prepare();
      if (this.opened !== undefined) return;
      const queue = this.newQueue();
      try {
        await queue.waitUntilReady();
      } catch (error) {
        // BullMQ remembers for ever that it could not be made ready.
        void queue.close().catch(() => undefined);
        throw error;
      }
      this.opened = queue;
    });
  }

  override warnings(): Promise<string[]> {
    return this.ask(() => this.store.warnings());
  }

  override add(jobs: readonly QueuedJob<Id>[]): Promise<void> {
    const named = jobs.map(({ id, place }) => ({
      name: JOB_NAME,
      data: {},
      opts: { jobId: id, priority: place },
    }));
    return this.ask(async () => {
      await this.queue.addBulk(named);
    });
  }

  override promote(id: Id): Promise<void> {
    return this.ask(async () => {
      const job = await this.queue.getJob(id);
      if (job === undefined || !(await job.isDelayed())) return;
      try {
        await job.promote();
      } catch (error) {
        // It came due meanwhile.
        if (await job.isDelayed()) throw error;
      }
    });
  }

  override remove(id: Id): Promise<void> {
    return this.ask(async () => {
      await this.queue.remove(id);
    });
  }

  override async missing(ids: readonly Id[]): Promise<Id[]> {
    if (ids.length === 0) return [];
    const missing = new Set<string>(await this.ask(() => this.store.missing(this.name, ids)));
    return ids.filter((id) => missing.has(id));
  }

  override counts(): Promise<JobCounts> {
    return this.ask(async () => {
      const counts = await this.queue.getJobCounts('wait', 'prioritized', 'active', 'delayed');
      const { wait = 0, prioritized = 0, active = 0, delayed = 0 } = counts;
      return { waiting: wait + prioritized, active, delayed };
    });
  }

  override head(): Promise<{ readonly place: number; readonly since: EpochMs } | undefined> {
    return this.ask(async () => {
      const [stalled] = await this.queue.getWaiting(0, 0);
      const [job] = stalled === undefined ? await this.queue.getPrioritized(0, 0) : [stalled];
      return job && { place: job.opts.priority ?? 1, since: epochMs(job.timestamp) };
    });
  }

  override take(options: TakeOptions<Id>): JobTaker {
    const taker = new Taker(options.places, (places) => this.newWorker({ ...options, places }), this.listener);
    this.takers.push(taker);
    return taker;
  }

  override check(): Promise<void> {
    return this.ask(() => this.store.ping());
  }

  override close(): Promise<void> {
    this.closing ??= this.closeAll();
    return this.closing;
  }

  private async closeAll(): Promise<void> {
    await Promise.all(this.takers.map((taker) => taker.close(true).catch(() => undefined)));
    await this.opened?.close().catch(() => undefined);
    await this.store.close();
  }

  private get queue(): BullmqQueue {
    if (this.opened === undefined) throw new Error('it has not been opened');
    return this.opened;
  }

  private newWorker(options: TakeOptions<Id>): PatientWorker {
    const worker = new PatientWorker(
      this.name,
      (job, token) => this.process(job, token, options.work),
      { ...this.workerOptions(), name: options.name, concurrency: options.places, autorun: false },
      this.store.factory,
    );
    worker.on('error', (error) => this.listener.failed(error));
    worker.on('stalled', (id) => options.onStalled(id as Id));
    worker.on('lockRenewalFailed', (ids: string[]) => options.onLost(ids as Id[]));
    worker.on('locksRenewed', ({ jobIds }: { jobIds: string[] }) => options.onRenewed(jobIds as Id[]));
    return worker;
  }

  private newQueue(): BullmqQueue {
    const queue: BullmqQueue = new Queue(
      this.name,
      {
        ...this.backendOptions('asks'),
        streams: { events: { maxLen: KEPT_EVENTS } },
        defaultJobOptions: { removeOnComplete: true, removeOnFail: true, attempts: 1 },
      },
      this.store.factory,
    );
    queue.on('error', (error) => this.listener.failed(error));
    return queue;
  }

  private workerOptions(): WorkerOptions {
    const { lockMs, renewMs, stalledCheckMs } = this.timings;
    return {
      ...this.backendOptions('waits'),
      lockDuration: lockMs,
      lockRenewTime: renewMs,
      stalledInterval: stalledCheckMs,
      maxStalledCount: ANY_NUMBER,
      runRetryDelay: RETRY_MS,
      removeOnComplete: { count: 0 },
      removeOnFail: { count: 0 },
    };
  }

  private backendOptions(purpose: 'asks' | 'waits') {
    const { prefix } = this.store;
    const connection = this.store.connection(purpose) as WorkerOptions['connection'];
    return { connection, ...(prefix === undefined ? {} : { prefix }) };
  }

  private async process(job: BullmqJob, token: string | undefined, work: TakeOptions<Id>['work']): Promise<void> {
    const end = await work((job.id ?? '') as Id);
    switch (end.kind) {
      case 'done':
        return;
      case 'again':
        // A job with a priority that is moved to wait again wakes no worker that waits for one; one that comes due does.
        await this.giveBack(() => job.moveToDelayed(Date.now() + 1, token));
        throw new DelayedError();
      case 'later':
        await this.giveBack(() => job.moveToDelayed(end.at, token));
        throw new DelayedError();
    }
  }

  /** What cannot be given back comes back when its lock has run out. */
  private async giveBack(move: () => Promise<unknown>): Promise<void> {
    for (let tries = 1; tries <= GIVE_BACK_TRIES; tries++) {
      try {
        await move();
        return;
      } catch (error) {
        this.listener.failed(error as Error);
        if (tries < GIVE_BACK_TRIES) await sleep(RETRY_MS);
      }
    }
  }

  private async ask<Answer>(question: () => Promise<Answer>): Promise<Answer> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => late.reject(new Error('it did not answer in time')), ANSWER_MS);
    try {
      const answer = question();
      answer.catch(() => undefined);
      return await Promise.race([answer, late.promise]);
    } catch (error) {
      // A connection that is down refuses commands, or lets them wait; why it is down it has said before.
      throw new QueueUnavailableError(this.store.trouble ?? error);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** BullMQ's worker asks again at once when a connection breaks; this one waits a little first. */
class PatientWorker extends Worker<NoData, void> {
  protected override async moveToActive(token: string, name?: string): Promise<BullmqJob> {
    try {
      return await super.moveToActive(token, name);
    } catch (error) {
      await sleep(RETRY_MS);
      throw error;
    }
  }
}

/** A worker of BullMQ that is made again until it could be made ready: it remembers for ever that it could not. */
class Taker implements JobTaker {
  private worker: PatientWorker | undefined;
  private isPaused = false;
  private closing: Promise<void> | undefined;
  private starting: Promise<void>;

  constructor(
    private places: number,
    private readonly newWorker: (places: number) => PatientWorker,
    private readonly listener: QueueListener,
  ) {
    this.starting = this.start();
  }

  setPlaces(places: number): void {
    this.places = places;
    if (this.worker !== undefined && this.worker.concurrency !== places) this.worker.concurrency = places;
  }

  async pause(): Promise<void> {
    this.isPaused = true;
    await this.worker?.pause(true);
  }

  async resume(): Promise<void> {
    if (!this.isPaused || this.closing !== undefined) return;
    this.isPaused = false;
    await this.starting;
    if (this.isPaused) return;
    if (this.worker === undefined) this.starting = this.start();
    else await this.worker.resume();
  }

  /** @param force Without waiting for the work on its jobs. */
  close(force = false): Promise<void> {
    this.closing ??= this.end(force);
    return this.closing;
  }

  /** What BullMQ asks of a store that is away it asks until that is back: who stops does not wait for it. */
  private async end(force: boolean): Promise<void> {
    this.isPaused = true;
    const ended = (force ? Promise.resolve() : this.starting).then(() => this.worker?.close(force));
    const isLate = await Promise.race([ended.then(() => false), sleep(ANSWER_MS, true, { ref: false })]);
    if (!isLate) return;
    ended.catch(() => undefined);
    this.listener.failed(
      new Error('it did not answer in time: what was not given back comes back when its lock has run out'),
    );
  }

  private async start(): Promise<void> {
    while (!this.isPaused) {
      const worker = this.newWorker(this.places);
      try {
        await worker.waitUntilReady();
        this.worker = worker;
        if (!this.isPaused) worker.run().catch((error: unknown) => this.listener.failed(error as Error));
        return;
      } catch (error) {
        this.listener.failed(error as Error);
        void worker.close(true).catch(() => undefined);
        await sleep(RETRY_MS);
      }
    }
  }
}
