import { Injectable, Logger, Optional } from '@nestjs/common';
import { EventBus } from '../../../events/index.js';
import { AllRunsRepository, Journal, type UnfinishedRun, UnsettledWriteError } from '../../../storage/index.js';
import { RunCensus } from '../../census/index.js';
import { type Cancel, Clock } from '../../clock.js';
import type { RunId, RunStatus } from '../../core/index.js';
import { AgentInvoker } from '../../invoker/index.js';
import { RunReader } from '../../run-reader.js';
import type { RunSession } from '../../session/index.js';
import { RunTracer } from '../../tracing/index.js';
import { MAX_PRIORITY } from '../host/fair-order.js';
import { CrashInquest, QueueDeadlines, SessionHost } from '../host/index.js';
import { priorityOf } from '../host/priority-of.js';
import { type EnginePhase, type NewcomingRun, RunEngine } from '../run-engine.js';
import { EmbeddedEngineOptions } from './embedded-engine.options.js';
import { RunQueue } from './run-queue.js';

/** Unfinished runs read at once when the engine starts. */
const RESUME_PAGE = 500;

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
  private readonly inquest: CrashInquest;
  private readonly host: SessionHost;
  /** What keeps runs that were lost from being taken again. */
  private readonly retakes = new Map<RunId, Cancel>();

  constructor(
    private readonly runs: AllRunsRepository,
    private readonly journal: Journal,
    reader: RunReader,
    bus: EventBus,
    invoker: AgentInvoker,
    private readonly clock: Clock,
    private readonly census: RunCensus,
    private readonly options: EmbeddedEngineOptions,
    @Optional() tracer?: RunTracer,
  ) {
    super();
    this.inquest = new CrashInquest(runs, reader);
    const { templateEnv, secrets, random } = options;
    const ports = { runs, journal, reader, bus, invoker, clock, census, templateEnv, secrets, random, tracer };
    this.host = new SessionHost(ports, this.keeper());
    this.deadlines = new QueueDeadlines(clock, (runId) => this.openOutOfTurn(runId, (session) => session.take()));
  }

  override get phase(): EnginePhase {
    return this.currentPhase;
  }

  override get liveRuns(): number {
    return this.host.size;
  }

  override get queuedRuns(): number {
    return this.queue.size;
  }

  override get longestWaitMs(): number {
    const since = this.queue.waitingSince;
    return since === undefined ? 0 : Math.max(0, this.clock.now() - since);
  }

  override async launch(run: NewcomingRun): Promise<void> {
    try {
      if (this.queue.size === 0 && this.hasPlace) {
        await this.host.launch(run);
      } else {
        await run.create();
        this.enqueue(run.runId, run);
      }
    } catch (error) {
      // The run may be stored all the same: then nobody else would ever execute it.
      if (error instanceof UnsettledWriteError) this.host.retakeLater(run.runId, error);
      throw error;
    }
    this.census.created();
  }

  /** Finds out who may have killed the process before, queues every unfinished run, oldest first, and begins to execute. */
  override async start(): Promise<void> {
    await this.inquest.hold();
    this.host.begin();
    const unfinished = await this.unfinished();
    for (const { runId, namespace, status } of unfinished) {
      const priority = status === 'PENDING' ? await priorityOf(this.journal, runId) : MAX_PRIORITY;
      this.queue.push(runId, this.clock.now(), namespace, priority);
    }
    for (const { runId, startBy } of await this.runs.expiring()) this.deadlines.add(runId, startBy);
    if (unfinished.length > 0) this.logger.log(`resuming ${unfinished.length} unfinished runs`);
    this.currentPhase = 'running';
    this.fill();
  }

  override async stop(graceMs: number): Promise<void> {
    this.currentPhase = 'stopping';
    this.queue.clear();
    this.deadlines.clear();
    for (const forgo of this.retakes.values()) forgo();
    await this.host.stop(graceMs);
  }

  /** Opens waiting runs while there are places. */
  override fill(): void {
    while (this.hasPlace) {
      const runId = this.queue.shift();
      if (runId === undefined) return;
      void this.open(runId, (session) => session.take());
    }
  }

  override cancel(runId: RunId): Promise<RunStatus> {
    return this.host.cancel(runId, () =>
      this.openOutOfTurn(runId, (opened) => {
        // A run that never began is cancelled as it is; any other must be recovered first.
        if (!opened.isFresh) opened.take();
      }),
    );
  }

  private keeper() {
    const phase = (): EnginePhase => this.currentPhase;
    return {
      get phase() {
        return phase();
      },
      isAlone: true,
      blame: (_run: unknown, runId: RunId) => this.inquest.verdict(runId),
      released: (runId: RunId): void => {
        // It may have been opened out of turn while it waited to be taken again.
        this.retakes.get(runId)?.();
        this.retakes.delete(runId);
        this.fill();
      },
      lost: (runId: RunId, waitMs: number): void => {
        const retake = this.host.after(waitMs, () => {
          this.retakes.delete(runId);
          this.enqueue(runId, {});
        });
        this.retakes.set(runId, retake);
      },
    };
  }

  /** Oldest first, whatever their namespaces. */
  private async unfinished(): Promise<UnfinishedRun[]> {
    const found: UnfinishedRun[] = [];
    let page: UnfinishedRun[];
    let after: UnfinishedRun | undefined;
    do {
      page = await this.runs.unfinished({ limit: RESUME_PAGE, after });
      found.push(...page);
      after = page.at(-1);
    } while (page.length === RESUME_PAGE);
    return found.sort((one, other) => (one.runId < other.runId ? -1 : 1));
  }

  private enqueue(runId: RunId, { namespace, priority, startBy }: Partial<NewcomingRun>): void {
    if (this.phase === 'stopping' || this.host.has(runId)) return;
    this.queue.push(runId, this.clock.now(), namespace, priority);
    if (startBy !== undefined) this.deadlines.add(runId, startBy);
    this.fill();
  }

  private get hasPlace(): boolean {
    return this.phase === 'running' && this.host.size < this.options.limits.maxConcurrentRuns;
  }

  /** A run that must not wait for a place: it is being cancelled, or its time in the queue is up. */
  private openOutOfTurn(runId: RunId, begin: (session: RunSession) => void): Promise<RunSession | undefined> {
    this.queue.remove(runId);
    const live = this.host.find(runId);
    if (live !== undefined || this.phase === 'running') return live ?? this.open(runId, begin);
    return Promise.resolve(undefined);
  }

  private open(runId: RunId, begin: (session: RunSession) => void): Promise<RunSession | undefined> {
    this.deadlines.remove(runId);
    return this.host.open(runId, begin);
  }
}
