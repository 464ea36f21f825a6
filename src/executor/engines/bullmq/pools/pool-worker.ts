import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { Subscription } from 'rxjs';
import type { SecretRegistry } from '../../../../config/index.js';
import { withLogContext } from '../../../../observability/core/index.js';
import type { AttemptKey, PoolAttemptRepository } from '../../../../storage/index.js';
import { type Clock, RunClock } from '../../../clock.js';
import { epochMs, isTerminalRun, nodeRecord } from '../../../core/index.js';
import type { AgentInvoker } from '../../../invoker/index.js';
import type { FoldedRun, RunReader } from '../../../run-reader.js';
import { type PreparedInvocation, prepareInvocation } from '../../../session/index.js';
import type { JobEnd, JobTaker } from '../queue/job-queue.js';
import { type AttemptJobId, attemptJobId, attemptOfJob } from './attempt-job-id.js';
import { interruptionReport } from './attempt-report.js';
import type { AttemptSignals } from './attempt-signals.js';
import { HeldAttempt } from './held-attempt.js';
import type { PoolQueues } from './pool-queues.js';

/** How often a worker shows that it lives, and asks whether its attempts are wanted still, in milliseconds. */
const BEAT_MS = 1_000;
/** A job whose attempt could not be read or claimed comes back after so long, in milliseconds. */
const LATER_MS = 1_000;
/** What is interrupted in the end has so long to be told, in milliseconds. */
const TELL_MS = 2_000;
const DONE: JobEnd = { kind: 'done' };
const AGAIN: JobEnd = { kind: 'again' };

export interface PoolWorkerParts {
  readonly attempts: PoolAttemptRepository;
  readonly queues: PoolQueues;
  readonly signals: AttemptSignals;
  readonly reader: RunReader;
  readonly invoker: AgentInvoker;
  readonly clock: Clock;
  readonly templateEnv: Readonly<Record<string, string>>;
  readonly secrets: SecretRegistry;
  /** Pools that this process works for. */
  readonly pools: readonly string[];
}

/**
 * Makes attempts of the pools that this process works for, for sessions wherever they are. A job is an offer: whoever claims
 * the attempt in the database first has it, and nobody after him.
 */
export class PoolWorker {
  private readonly logger = new Logger(PoolWorker.name);
  private readonly name = `${hostname()}:${process.pid}:${randomUUID()}`;
  private readonly held = new Map<AttemptJobId, HeldAttempt>();
  private readonly claiming = new Set<AttemptJobId>();
  /** A claim failed, and may have been stored nevertheless. */
  private mayHaveMore = false;
  private readonly made = new Map<string, number>();
  private readonly running = new Map<string, number>();
  private takers: JobTaker[] = [];
  private isStopping = false;
  private heard: Subscription | undefined;
  private timer: NodeJS.Timeout | undefined;
  private beating: Promise<void> | undefined;
  private beatsAgain = false;

  constructor(private readonly parts: PoolWorkerParts) {
    for (const pool of parts.pools) {
      this.made.set(pool, 0);
      this.running.set(pool, 0);
    }
  }

  /** By pool: attempts that it makes now, and those that it has made since it started. */
  get figures(): ReadonlyMap<string, { readonly running: number; readonly made: number }> {
    return new Map(
      this.parts.pools.map((pool) => [pool, { running: this.running.get(pool) ?? 0, made: this.made.get(pool) ?? 0 }]),
    );
  }

  /** @param places Attempts of each pool at once. */
  async start(places: number): Promise<void> {
    const { signals, queues, pools } = this.parts;
    this.heard = signals.signals$.subscribe(({ runId, nodeId, attempt }) => {
      for (const { key } of this.held.values()) {
        if (key.runId === runId && key.nodeId === nodeId && key.attempt === attempt) return this.beatNow();
      }
    });
    this.heard.add(signals.gaps$.subscribe(() => this.beatNow()));
    this.timer = setInterval(() => this.beatNow(), BEAT_MS);
    for (const pool of pools) {
      const taker = await queues.take(pool, {
        name: this.name,
        places,
        work: (id) => this.work(pool, id),
        // A claim is in the database, whatever becomes of its job.
        onLost: () => undefined,
        onRenewed: () => undefined,
        onStalled: () => undefined,
      });
      this.takers.push(taker);
    }
  }

  setPlaces(places: number): void {
    for (const taker of this.takers) taker.setPlaces(places);
  }

  /** Takes nothing more for now. */
  async pause(): Promise<void> {
    await Promise.all(this.takers.map((taker) => taker.pause()));
  }

  async resume(): Promise<void> {
    if (!this.isStopping) await Promise.all(this.takers.map((taker) => taker.resume()));
  }

  /** Takes nothing more; attempts under way may end within the grace, the others are told to be made elsewhere. */
  async stop(graceMs: number): Promise<void> {
    this.isStopping = true;
    await Promise.all(this.takers.map((taker) => taker.pause()));
    const ends = Promise.all([...this.held.values()].map(({ ended }) => ended));
    await withinMs(ends, graceMs);
    for (const held of this.held.values()) held.interrupt();
    await withinMs(Promise.all([...this.held.values()].map(({ ended }) => ended)), TELL_MS);
    for (const held of this.held.values()) held.lose();
    clearInterval(this.timer);
    this.heard?.unsubscribe();
    await Promise.all(this.takers.map((taker) => taker.close()));
    this.takers = [];
  }

  private async work(pool: string, id: AttemptJobId): Promise<JobEnd> {
    if (this.isStopping) return AGAIN;
    const key = attemptOfJob(id);
    if (key === undefined) return DONE;
    this.claiming.add(id);
    const held = await this.claim(key);
    if (held !== undefined && 'attempt' in held) this.held.set(id, held.attempt);
    this.claiming.delete(id);
    if (held === undefined || 'kind' in held) return held ?? DONE;
    this.count(this.running, pool, 1);
    try {
      const { runId: run_id, nodeId: node_id, attempt } = key;
      withLogContext({ run_id, node_id, attempt }, () => this.begin(held.attempt, held.prepared));
      if (await held.attempt.ended) this.count(this.made, pool, 1);
    } finally {
      this.held.delete(id);
      this.count(this.running, pool, -1);
    }
    return DONE;
  }

  private begin(attempt: HeldAttempt, prepared: PreparedInvocation): void {
    if (this.isStopping) {
      attempt.interrupt();
      setTimeout(() => attempt.lose(), TELL_MS).unref();
    } else if (prepared.ok) attempt.begin((listener) => this.parts.invoker.invoke(prepared.invocation, listener));
    else {
      const message = this.parts.secrets.text(prepared.message);
      attempt.failed({ type: 'TemplateError', message, retryable: false });
    }
  }

  /** Undefined if the attempt is not to be made, or is somebody else's. */
  private async claim(
    key: AttemptKey,
  ): Promise<JobEnd | { readonly attempt: HeldAttempt; readonly prepared: PreparedInvocation } | undefined> {
    const { attempts, reader, clock, signals } = this.parts;
    try {
      const run = await reader.read(key.runId);
      const prepared = run && this.prepare(run, key);
      if (prepared === undefined || !(await attempts.claim(key, this.name))) return undefined;
      const attempt = new HeldAttempt({ key, attempts, worker: this.name, told: () => signals.tell(key) });
      return { attempt, prepared };
    } catch (error) {
      this.mayHaveMore = true;
      const { runId: run_id, nodeId: node_id } = key;
      withLogContext({ run_id, node_id }, () =>
        this.logger.warn({ err: error }, 'an attempt of a pool could not be taken: it is offered again'),
      );
      return { kind: 'later', at: epochMs(clock.now() + LATER_MS) };
    }
  }

  /** Undefined if the attempt is not the one that the run waits for. */
  private prepare({ plan, state }: FoldedRun, key: AttemptKey): PreparedInvocation | undefined {
    const { clock, templateEnv: env } = this.parts;
    const index = plan.indexOf.get(key.nodeId);
    const node = index === undefined ? undefined : plan.nodes[index];
    if (node === undefined || isTerminalRun(state.status) || state.epoch !== key.epoch) return undefined;
    const record = nodeRecord(state, node.index);
    if (record.state.status !== 'RUNNING' || record.attempts !== key.attempt) return undefined;
    const clockAheadMs = new RunClock(clock, state.lastTs).aheadMs;
    return prepareInvocation({ runId: key.runId, plan, state, node, env, clockAheadMs });
  }

  private beatNow(): void {
    if (this.held.size === 0 && !this.mayHaveMore) return;
    if (this.beating !== undefined) {
      this.beatsAgain = true;
      return;
    }
    this.beating = this.beat().finally(() => {
      this.beating = undefined;
      if (!this.beatsAgain) return;
      this.beatsAgain = false;
      this.beatNow();
    });
  }

  private async beat(): Promise<void> {
    const before = [...this.held.values()];
    const { claiming } = this;
    const mayBeClaimed = new Set(claiming);
    this.mayHaveMore = false;
    try {
      const wanted = new Map((await this.parts.attempts.beat(this.name)).map((row) => [attemptJobId(row), row]));
      for (const attempt of before) {
        const row = wanted.get(attemptJobId(attempt.key));
        if (row === undefined) attempt.loseUnlessEnding();
        else if (row.mustStop) attempt.abort();
      }
      for (const [id, row] of wanted) {
        if (!this.held.has(id) && !claiming.has(id) && !mayBeClaimed.has(id)) await this.giveBack(row);
      }
    } catch {
      // A database that cannot be reached is told of by those who write to it; the session waits until it is back.
      this.mayHaveMore = true;
    }
  }

  /** A claim was stored, and nobody could tell: its attempt was never begun. */
  private async giveBack({ runId, nodeId, attempt, epoch }: AttemptKey): Promise<void> {
    const key = { runId, nodeId, attempt, epoch };
    if (await this.parts.attempts.report(key, this.name, 0, [interruptionReport('lost')], true)) {
      this.parts.signals.tell(key);
    }
  }

  private count(counts: Map<string, number>, pool: string, by: number): void {
    counts.set(pool, (counts.get(pool) ?? 0) + by);
  }
}

async function withinMs(done: Promise<unknown>, ms: number): Promise<void> {
  const giveUp = new AbortController();
  await Promise.race([done, sleep(ms, undefined, { signal: giveUp.signal }).catch(() => undefined)]);
  giveUp.abort();
}
