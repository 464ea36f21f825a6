import { Logger } from '@nestjs/common';
import type { Subscription } from 'rxjs';
import { withLogContext } from '../../../../observability/core/index.js';
import type { AttemptKey, PoolAttemptRepository, SeenPoolAttempt } from '../../../../storage/index.js';
import { DEFAULT_POOL, type InterruptionCause, type RunId } from '../../../core/index.js';
import { type AttemptHandle, type RemoteAttemptListener, RemoteAttempts } from '../../../invoker/index.js';
import { type AttemptJobId, attemptJobId } from './attempt-job-id.js';
import { ReportReader } from './attempt-report.js';
import type { AttemptSignals } from './attempt-signals.js';
import type { PoolQueues } from './pool-queues.js';
import type { ServedPools } from './served-pools.js';

/** How often attempts are looked at, should a signal have been lost, in milliseconds. */
const LOOK_EVERY_MS = 500;
/** How often it is asked whether attempts that wait have a job still, in milliseconds. */
const ASK_FOR_JOBS_EVERY_MS = 5_000;
/** An attempt that has waited so long says what for, in milliseconds. */
const TELL_OF_WAIT_AFTER_MS = 5_000;
/** Whoever has not looked for longer than this cannot tell who was silent meanwhile, in milliseconds. */
const LONGEST_BLINK_MS = 2_000;
/** Every attempt of a pool stands in line behind those that came before. */
const PLACE = 1;

export interface PoolAttemptsParts {
  readonly attempts: PoolAttemptRepository;
  readonly queues: PoolQueues;
  readonly served: ServedPools;
  readonly signals: AttemptSignals;
  readonly options: PoolAttemptsOptions;
}

export interface PoolAttemptsOptions {
  /** Pools that this process works for. */
  readonly pools: readonly string[];
  /** A worker that gives no sign for longer counts as dead. */
  readonly silentMs: number;
}

/** `newcomer` until it is stored, then `waiting` for a worker, then `running`. */
type Phase = 'newcomer' | 'waiting' | 'running';

interface InFlight {
  readonly key: AttemptKey;
  readonly id: AttemptJobId;
  readonly pool: string;
  readonly listener: RemoteAttemptListener;
  readonly reader: ReportReader;
  readonly since: number;
  phase: Phase;
  /** Number of the last report that was heard. */
  heard: number;
  hasJob: boolean;
  hasToldOfWait: boolean;
  isToStop: boolean;
  isBeingTaken: boolean;
  wasAskedToStop: boolean;
}

/**
 * The attempts that pools make for the sessions of this process. What is known of them is in the database: a queue brings
 * them to workers, signals say when to look. Whatever gets lost of queue and signals is made up for by looking.
 */
export class PoolAttempts extends RemoteAttempts {
  private readonly logger = new Logger(PoolAttempts.name);
  private readonly inFlight = new Map<AttemptJobId, InFlight>();
  /** Those of which nothing more is of interest. */
  private readonly leaving = new Map<AttemptJobId, AttemptKey>();
  /** Runs that there is something new of. */
  private readonly news = new Set<RunId>();
  private round: Promise<void> | undefined;
  private isAsked = false;
  private timer: NodeJS.Timeout | undefined;
  private lookedAt = -Infinity;
  private askedForJobsAt = performance.now();
  /** From when on silence tells something. */
  private trustsSilenceFrom = 0;
  private isFailing = false;
  private isClosed = false;
  private heard: Subscription | undefined;
  private interruptedCount = 0;

  constructor(private readonly parts: PoolAttemptsParts) {
    super();
  }

  /** Attempts that no worker has taken, as far as is known. */
  get waiting(): number {
    let waiting = 0;
    for (const { phase } of this.inFlight.values()) if (phase !== 'running') waiting += 1;
    return waiting;
  }

  get size(): number {
    return this.inFlight.size;
  }

  /** Attempts whose worker died, stopped, or let them go. */
  get interrupted(): number {
    return this.interruptedCount;
  }

  begin(): void {
    const { signals } = this.parts;
    this.heard = signals.signals$.subscribe(({ runId, nodeId, attempt }) => {
      for (const { key } of this.inFlight.values()) {
        if (key.runId !== runId || key.nodeId !== nodeId || key.attempt !== attempt) continue;
        this.news.add(runId);
        this.wake();
        return;
      }
    });
    this.heard.add(signals.gaps$.subscribe(() => this.lookAtAll()));
  }

  /** Call it when every session has ended: tells workers that nobody waits for them any more. */
  async close(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.timer);
    await this.round;
    this.heard?.unsubscribe();
    try {
      await this.removeLeaving();
    } catch (error) {
      this.logger.warn({ err: error }, 'workers of pools could not be told to stop: they find out by themselves');
    }
  }

  override poolFor(nodePool: string | undefined, runPool = DEFAULT_POOL): string | undefined {
    const pool = nodePool ?? runPool;
    // Whoever has a run works for the default pool.
    const isOwn = pool === DEFAULT_POOL || (pool === runPool && this.parts.options.pools.includes(pool));
    return isOwn ? undefined : pool;
  }

  override start(key: AttemptKey, pool: string, listener: RemoteAttemptListener): AttemptHandle {
    const id = attemptJobId(key);
    const entry: InFlight = {
      key,
      id,
      pool,
      listener,
      reader: new ReportReader(key, listener),
      since: performance.now(),
      phase: 'newcomer',
      heard: 0,
      hasJob: false,
      hasToldOfWait: false,
      isToStop: false,
      isBeingTaken: false,
      wasAskedToStop: false,
    };
    this.inFlight.set(id, entry);
    this.wake();
    return {
      abort: () => {
        if (entry.isToStop) return;
        entry.isToStop = true;
        this.wake();
      },
      abandon: () => {
        if (this.inFlight.get(id) === entry) this.leave(entry);
      },
    };
  }

  private lookAtAll(): void {
    this.lookedAt = -Infinity;
    this.wake();
  }

  private wake(): void {
    if (this.isClosed) return;
    this.isAsked = true;
    if (this.round !== undefined) return;
    clearTimeout(this.timer);
    this.round = this.rounds().finally(() => {
      this.round = undefined;
      if (this.inFlight.size === 0 && this.leaving.size === 0) return;
      // What was asked for between the last round and now.
      if (this.isAsked && !this.isFailing) this.wake();
      else if (!this.isClosed) this.timer = setTimeout(() => this.wake(), LOOK_EVERY_MS);
    });
  }

  private async rounds(): Promise<void> {
    while (this.isAsked && !this.isClosed) {
      this.isAsked = false;
      // What is asked for in the same turn goes along.
      await Promise.resolve();
      try {
        await this.goRound();
        this.isFailing = false;
      } catch (error) {
        if (!this.isFailing) this.logger.warn({ err: error }, 'attempts of pools could not be looked after');
        this.isFailing = true;
        return;
      }
    }
  }

  private async goRound(): Promise<void> {
    await this.storeNewcomers();
    await this.askToStop();
    await this.removeLeaving();
    await this.look();
    await this.giveJobs();
  }

  private async storeNewcomers(): Promise<void> {
    const newcomers = [...this.inFlight.values()].filter(({ phase }) => phase === 'newcomer');
    if (newcomers.length === 0) return;
    await this.parts.attempts.add(newcomers.map(({ key }) => key));
    for (const entry of newcomers) {
      entry.phase = 'waiting';
      // It was let go of meanwhile, perhaps before there was anything to remove.
      if (!this.inFlight.has(entry.id)) this.leaving.set(entry.id, entry.key);
    }
  }

  private async askToStop(): Promise<void> {
    const { attempts, signals } = this.parts;
    for (const entry of this.inFlight.values()) {
      if (!entry.isToStop || entry.wasAskedToStop) continue;
      if (await attempts.withdraw(entry.key)) {
        const message = 'the attempt was told to stop before a worker had taken it';
        if (this.leave(entry)) entry.listener.failed({ type: 'AbortError', message, retryable: false });
        continue;
      }
      await attempts.askToStop(entry.key);
      entry.wasAskedToStop = true;
      signals.tell(entry.key);
    }
  }

  private async removeLeaving(): Promise<void> {
    const keys = [...this.leaving.values()];
    if (keys.length === 0) return;
    await this.parts.attempts.remove(keys);
    for (const key of keys) {
      this.leaving.delete(attemptJobId(key));
      this.parts.signals.tell(key);
    }
  }

  private async look(): Promise<void> {
    const now = performance.now();
    const isDue = now - this.lookedAt >= LOOK_EVERY_MS;
    const entries = [...this.inFlight.values()].filter(({ key }) => isDue || this.news.has(key.runId));
    this.news.clear();
    if (isDue) {
      if (now - this.lookedAt > LONGEST_BLINK_MS) this.trustsSilenceFrom = now + this.parts.options.silentMs;
      this.lookedAt = now;
    }
    if (entries.length === 0) return;
    const rows = await this.parts.attempts.ofRuns([...new Set(entries.map(({ key }) => key.runId))]);
    const seen = new Map(rows.map((row) => [attemptJobId(row), row]));
    for (const entry of entries) {
      if (this.inFlight.get(entry.id) === entry && entry.phase !== 'newcomer')
        await this.hear(entry, seen.get(entry.id));
    }
  }

  private async hear(entry: InFlight, row: SeenPoolAttempt | undefined): Promise<void> {
    const { attempts, options } = this.parts;
    if (row === undefined) return this.interrupt(entry, 'lost');
    if (row.state === 'waiting') return this.tellOfWait(entry);
    entry.phase = 'running';
    if (row.reports > entry.heard) {
      for (const report of await attempts.reports(entry.key, entry.heard)) {
        if (this.inFlight.get(entry.id) !== entry) return;
        entry.heard += 1;
        if (entry.reader.hear(report)) {
          this.leave(entry);
          return;
        }
      }
    }
    if (row.state === 'lost') return this.interrupt(entry, 'crash');
    if (row.state !== 'running' || row.silentMs <= options.silentMs) return;
    if (performance.now() < this.trustsSilenceFrom) return;
    void this.takeAway(entry);
  }

  /** Nobody waits for it: a worker that stands still in the middle of a transaction holds the row of its attempt. */
  private async takeAway(entry: InFlight): Promise<void> {
    if (entry.isBeingTaken) return;
    entry.isBeingTaken = true;
    try {
      const { attempts, options } = this.parts;
      if (await attempts.takeFromSilent(entry.key, options.silentMs)) this.interrupt(entry, 'crash');
    } catch {
      // It is tried again with the next look.
    } finally {
      entry.isBeingTaken = false;
    }
  }

  private interrupt(entry: InFlight, cause: InterruptionCause): void {
    if (!this.leave(entry)) return;
    this.interruptedCount += 1;
    const { runId: run_id, nodeId: node_id, attempt } = entry.key;
    withLogContext({ run_id, node_id, attempt }, () =>
      this.logger.warn(`the worker of an attempt of the pool ${entry.pool} is gone: the attempt is made again`),
    );
    entry.listener.interrupted(cause);
  }

  private tellOfWait(entry: InFlight): void {
    if (entry.hasToldOfWait || performance.now() - entry.since < TELL_OF_WAIT_AFTER_MS) return;
    entry.hasToldOfWait = true;
    entry.listener.logged('info', `waits for a worker of the pool "${entry.pool}"`);
  }

  private async giveJobs(): Promise<void> {
    const waiting = [...this.inFlight.values()].filter(({ phase }) => phase === 'waiting');
    if (waiting.length === 0) return;
    const served = await this.parts.served.current();
    const now = performance.now();
    const asks = now - this.askedForJobsAt > ASK_FOR_JOBS_EVERY_MS;
    if (asks) this.askedForJobsAt = now;
    for (const [pool, entries] of Map.groupBy(waiting, ({ pool }) => pool)) {
      if (!served.has(pool)) continue;
      const { jobs, buffer } = await this.parts.queues.of(pool);
      if (asks && buffer.isReachable) await this.findLostJobs(entries, (ids) => jobs.missing(ids));
      for (const entry of entries) {
        if (entry.hasJob) continue;
        entry.hasJob = true;
        buffer.push({ id: entry.id, place: PLACE });
      }
    }
  }

  private async findLostJobs(
    entries: readonly InFlight[],
    missing: (ids: readonly AttemptJobId[]) => Promise<AttemptJobId[]>,
  ): Promise<void> {
    try {
      const lost = new Set(await missing(entries.filter(({ hasJob }) => hasJob).map(({ id }) => id)));
      for (const entry of entries) if (lost.has(entry.id)) entry.hasJob = false;
    } catch {
      // The buffer tells of a queue that does not answer.
    }
  }

  /** Returns false if it had been let go of before. */
  private leave(entry: InFlight): boolean {
    if (this.inFlight.get(entry.id) !== entry) return false;
    this.inFlight.delete(entry.id);
    // One that is not stored yet is removed once it is.
    if (entry.phase !== 'newcomer') this.leaving.set(entry.id, entry.key);
    this.wake();
    return true;
  }
}
