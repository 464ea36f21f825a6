import { Injectable, Logger, Optional } from '@nestjs/common';
import { EventBus } from '../../../events/index.js';
import {
  AllRunsRepository,
  DatabaseLostError,
  Journal,
  type UnfinishedRun,
  UnsettledWriteError,
} from '../../../storage/index.js';
import { withLogContext } from '../../../observability/core/index.js';
import { RunCensus } from '../../census/index.js';
import { type Cancel, Clock } from '../../clock.js';
import { type Blame, type EpochMs, type RunId, type RunStatus, epochMs, isTerminalRun } from '../../core/index.js';
import { AgentInvoker } from '../../invoker/index.js';
import { type LoadedRun, RunReader } from '../../run-reader.js';
import { RunSession, type SessionEnd } from '../../session/index.js';
import { RunTracer } from '../../tracing/index.js';
import { EngineNotRunningError, type EnginePhase, type NewcomingRun, RunEngine } from '../run-engine.js';
import { CrashInquest } from './crash-inquest.js';
import { EmbeddedEngineOptions } from './embedded-engine.options.js';
import { QueueDeadlines } from './queue-deadlines.js';
import { RunQueue } from './run-queue.js';
import { TimedSuspectGate } from './timed-suspect-gate.js';

/** Unfinished runs read at once when the engine starts. */
const RESUME_PAGE = 500;
/** Wait before a run is taken again whose session was lost, in milliseconds: doubled each time, up to the maximum. */
const RETAKE_BASE_MS = 250;
const RETAKE_MAX_MS = 30_000;

/** A run whose session was lost, until another session of it ends. */
interface LostRun {
  /** In a row. */
  readonly times: number;
  /** Why the last time. */
  readonly error: unknown;
  /** Keeps it from being taken again. */
  readonly forgo: Cancel;
}

/**
 * Runs everything in this process, with an in-memory queue: the database is the truth, so the queue may die with the
 * process.
 *
 * `starting` until `start` has found all unfinished runs, then `running`, `stopping` from `stop` on, for good.
 */
@Injectable()
export class EmbeddedEngine extends RunEngine {
  private readonly logger = new Logger(EmbeddedEngine.name);
  private currentPhase: EnginePhase = 'starting';
  private readonly queue = new RunQueue();
  private readonly deadlines: QueueDeadlines;
  /** Live sessions; a run being opened is here before it has a session. */
  private readonly live = new Map<RunId, Promise<RunSession | undefined>>();
  private readonly inquest: CrashInquest;
  private gate: TimedSuspectGate;
  private readonly lost = new Map<RunId, LostRun>();

  constructor(
    private readonly runs: AllRunsRepository,
    private readonly journal: Journal,
    private readonly reader: RunReader,
    private readonly bus: EventBus,
    private readonly invoker: AgentInvoker,
    private readonly clock: Clock,
    private readonly census: RunCensus,
    private readonly options: EmbeddedEngineOptions,
    @Optional() private readonly tracer?: RunTracer,
  ) {
    super();
    this.inquest = new CrashInquest(runs, reader);
    this.gate = new TimedSuspectGate(clock, clock.now());
    this.deadlines = new QueueDeadlines(clock, (runId) => this.openOutOfTurn(runId, (session) => session.take()));
  }

  override get phase(): EnginePhase {
    return this.currentPhase;
  }

  override get liveRuns(): number {
    return this.live.size;
  }

  override get queuedRuns(): number {
    return this.queue.size;
  }

  override get longestWaitMs(): number {
    const since = this.queue.waitingSince;
    return since === undefined ? 0 : Math.max(0, this.clock.now() - since);
  }

  override async launch({ runId, namespace, startBy, fold, create }: NewcomingRun): Promise<void> {
    try {
      if (this.queue.size === 0 && this.hasPlace) {
        await this.begin(this.newSession(runId, { ...fold(), namespace }), create);
      } else {
        await create();
        this.enqueue(runId, startBy);
      }
    } catch (error) {
      // The run may be stored all the same: then nobody else would ever execute it.
      if (error instanceof UnsettledWriteError) this.retakeLater(runId, error);
      throw error;
    }
    this.census.created();
  }

  /** Finds out who may have killed the process before, queues every unfinished run, oldest first, and begins to execute. */
  override async start(): Promise<void> {
    await this.inquest.hold();
    this.gate = new TimedSuspectGate(this.clock, this.clock.now());
    const unfinished = await this.unfinished();
    for (const runId of unfinished) this.queue.push(runId, this.clock.now());
    for (const { runId, startBy } of await this.runs.expiring()) this.deadlines.add(runId, startBy);
    if (unfinished.length > 0) this.logger.log(`resuming ${unfinished.length} unfinished runs`);
    this.currentPhase = 'running';
    this.fill();
  }

  override async stop(graceMs: number): Promise<void> {
    this.currentPhase = 'stopping';
    this.queue.clear();
    this.deadlines.clear();
    this.gate.close();
    for (const { forgo } of this.lost.values()) forgo();
    const sessions = await this.sessions();
    for (const session of sessions) session.drain();
    const allEnded = Promise.all(sessions.map((session) => session.ended));
    const grace = Promise.withResolvers<void>();
    const forgo = this.after(graceMs, grace.resolve);
    await Promise.race([allEnded, grace.promise]);
    forgo();
    for (const session of sessions) session.interrupt();
    await allEnded;
  }

  /** Opens waiting runs while there are places. */
  override fill(): void {
    while (this.hasPlace) {
      const runId = this.queue.shift();
      if (runId === undefined) return;
      void this.open(runId, (session) => session.take());
    }
  }

  override async cancel(runId: RunId): Promise<RunStatus> {
    for (;;) {
      const session = await this.openOutOfTurn(runId, (opened) => {
        // A run that never began is cancelled as it is; any other must be recovered first.
        if (!opened.isFresh) opened.take();
      });
      if (session === undefined) {
        const status = (await this.runs.findInAnyNamespace(runId))?.status;
        if (status !== undefined && isTerminalRun(status)) return status;
        const lost = this.lost.get(runId);
        if (lost !== undefined && this.phase === 'running') throw lost.error;
        throw new EngineNotRunningError(`the engine is ${this.phase}: ask again when it runs`);
      }
      const status = await session.cancel();
      const end = await this.endedNow(session);
      // A session that ended without finishing the run may not have heard the request: ask whoever holds the run next.
      if (end === undefined || end.kind === 'finished') return status;
    }
  }

  /** Oldest first, whatever their namespaces. */
  private async unfinished(): Promise<RunId[]> {
    const found: RunId[] = [];
    let page: UnfinishedRun[];
    let after: UnfinishedRun | undefined;
    do {
      page = await this.runs.unfinished({ limit: RESUME_PAGE, after });
      found.push(...page.map(({ runId }) => runId));
      after = page.at(-1);
    } while (page.length === RESUME_PAGE);
    return found.sort();
  }

  private endedNow(session: RunSession): Promise<SessionEnd | undefined> {
    return Promise.race([session.ended, Promise.resolve(undefined)]);
  }

  private async sessions(): Promise<RunSession[]> {
    const opened = await Promise.all([...this.live.values()]);
    return opened.filter((session) => session !== undefined);
  }

  /** The session is live from now on, so that a stop waits for it; a run that was not stored leaves nothing behind. */
  private async begin(session: RunSession, create: NewcomingRun['create']): Promise<void> {
    const { runId } = session;
    this.live.set(runId, Promise.resolve(session));
    try {
      await session.launch(create);
    } catch (error) {
      this.release(runId);
      throw error;
    }
    void session.ended.then((end) => this.onEnded(runId, end));
  }

  private enqueue(runId: RunId, startBy?: EpochMs): void {
    if (this.phase === 'stopping' || this.live.has(runId)) return;
    this.queue.push(runId, this.clock.now());
    if (startBy !== undefined) this.deadlines.add(runId, startBy);
    this.fill();
  }

  private get hasPlace(): boolean {
    return this.phase === 'running' && this.live.size < this.options.limits.maxConcurrentRuns;
  }

  /** A run that must not wait for a place: it is being cancelled, or its time in the queue is up. */
  private openOutOfTurn(runId: RunId, begin: (session: RunSession) => void): Promise<RunSession | undefined> {
    this.queue.remove(runId);
    const live = this.live.get(runId);
    if (live !== undefined || this.phase === 'running') return live ?? this.open(runId, begin);
    return Promise.resolve(undefined);
  }

  private open(runId: RunId, begin: (session: RunSession) => void): Promise<RunSession | undefined> {
    this.deadlines.remove(runId);
    const opening = this.loadSession(runId).then(
      (session) => {
        if (session === undefined) {
          this.lost.delete(runId);
          this.release(runId);
        } else {
          void session.ended.then((end) => this.onEnded(runId, end));
          begin(session);
        }
        return session;
      },
      (error: unknown) => {
        this.onEnded(runId, { kind: 'lost', error });
        return undefined;
      },
    );
    this.live.set(runId, opening);
    return opening;
  }

  /** Undefined if the run is unknown or has ended, or if the engine does not run. */
  private async loadSession(runId: RunId): Promise<RunSession | undefined> {
    const loaded = await this.reader.load(runId);
    if (loaded === undefined || isTerminalRun(loaded.state.status) || this.phase !== 'running') return undefined;
    return this.newSession(runId, loaded);
  }

  private newSession(runId: RunId, run: LoadedRun): RunSession {
    const { journal, bus, invoker, clock, gate, tracer } = this;
    const count = this.census.session(run);
    const { templateEnv, secrets, random } = this.options;
    const blame: Blame = this.lost.has(runId) ? { kind: 'nobody' } : this.inquest.verdict(runId);
    const takeover = { blame, holdsSuspects: true };
    const ports = { journal, bus, invoker, clock, gate, tracer, secrets };
    return new RunSession({ runId, ...run, ...ports, templateEnv, takeover, random, count });
  }

  private onEnded(runId: RunId, end: SessionEnd): void {
    this.release(runId);
    // It may have been opened out of turn while it waited to be taken again.
    this.lost.get(runId)?.forgo();
    if (end.kind !== 'lost') {
      this.lost.delete(runId);
      return;
    }
    // Whoever owns the database now has the run too. Where it is still ours, so is every entry of the run: one that the session
    // did not expect is its own, of a write that was said to have failed, and is found when the run is taken again.
    if (!(end.error instanceof DatabaseLostError)) this.retakeLater(runId, end.error);
  }

  /** The run is whole in its journal; only this session of it is gone. */
  private retakeLater(runId: RunId, error: unknown): void {
    if (this.phase === 'stopping') return;
    const times = (this.lost.get(runId)?.times ?? 0) + 1;
    const waitMs = Math.min(RETAKE_MAX_MS, RETAKE_BASE_MS * 2 ** (times - 1));
    withLogContext({ run_id: runId }, () => {
      this.logger.error({ err: error }, `lost the session of a run, taking it again in ${waitMs} ms`);
    });
    this.lost.set(runId, { times, error, forgo: this.after(waitMs, () => this.enqueue(runId)) });
  }

  private after(ms: number, action: () => void): Cancel {
    return this.clock.at(epochMs(this.clock.now() + ms), action);
  }

  private release(runId: RunId): void {
    this.live.delete(runId);
    this.fill();
  }
}
