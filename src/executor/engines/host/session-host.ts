import { Logger } from '@nestjs/common';
import type { SecretRegistry } from '../../../config/index.js';
import type { EventBus } from '../../../events/index.js';
import { withLogContext } from '../../../observability/core/index.js';
import { type AllRunsRepository, DatabaseLostError, type Journal, StaleWriterError } from '../../../storage/index.js';
import type { RunCensus } from '../../census/index.js';
import { type Cancel, type Clock } from '../../clock.js';
import {
  type Blame,
  type RunId,
  type RunStatus,
  epochMs,
  isSuspended,
  isTerminalRun,
  nodeRecord,
} from '../../core/index.js';
import type { AgentInvoker, RemoteAttempts } from '../../invoker/index.js';
import type { LoadedRun, RunReader } from '../../run-reader.js';
import { RunSession, type SessionEnd } from '../../session/index.js';
import type { RunTracer } from '../../tracing/index.js';
import { EngineNotRunningError, type EnginePhase, type NewcomingRun } from '../run-engine.js';
import { TimedSuspectGate } from './timed-suspect-gate.js';

/** Wait before a run is taken again whose session was lost, in milliseconds: doubled each time, up to the maximum. */
const RETAKE_BASE_MS = 250;
const RETAKE_MAX_MS = 30_000;

/** What sessions are made of, the same for every run. */
export interface SessionPorts {
  readonly runs: AllRunsRepository;
  readonly journal: Journal;
  readonly reader: RunReader;
  readonly bus: EventBus;
  readonly invoker: AgentInvoker;
  /** Absent where every attempt is made by the process itself. */
  readonly remote?: RemoteAttempts;
  readonly clock: Clock;
  readonly census: RunCensus;
  /** Environment variables that templates may read. */
  readonly templateEnv: Readonly<Record<string, string>>;
  readonly secrets: SecretRegistry;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly tracer?: RunTracer;
}

/** What an engine says of the runs that its process takes over, and hears of the sessions that end. */
export interface SessionKeeper {
  /** Whether runs may be opened now. */
  readonly phase: EnginePhase;
  /** Who is charged with the end of the session before. */
  blame(run: LoadedRun, runId: RunId): Blame | Promise<Blame>;
  /** Whether no other process works on runs: an entry that a session did not expect is then its own. */
  readonly isAlone: boolean;
  /** Whether the run, in which attempts are under way, is no other process's that lives; it is if left out. */
  mayTake?(runId: RunId): Promise<boolean>;
  /** Whether the process keeps a run whose session was lost, and takes it again; it does if left out. */
  keeps?(runId: RunId): boolean;
  /** How long nothing may be due in a run before its session is parked, in milliseconds; undefined if none ever is. */
  readonly parkAfterMs?: number;
  /** A session ended, or a run could not be opened: its place is free. */
  released(runId: RunId): void;
  /** The session of a run was lost; the run is to be taken again after `waitMs`. */
  lost(runId: RunId, waitMs: number): void;
}

/** A run whose session was lost, until another session of it ends. */
interface LostRun {
  /** In a row. */
  readonly times: number;
  /** Why the last time. */
  readonly error: unknown;
}

/** The live sessions of a process: opens them, hears how they end, ends them in order. Which runs, an engine decides. */
export class SessionHost {
  private readonly logger = new Logger(SessionHost.name);
  /** A run being opened is here before it has a session. */
  private readonly live = new Map<RunId, Promise<RunSession | undefined>>();
  private readonly opened = new Map<RunId, RunSession>();
  private readonly lostRuns = new Map<RunId, LostRun>();
  private gate: TimedSuspectGate;

  constructor(
    private readonly ports: SessionPorts,
    private readonly keeper: SessionKeeper,
  ) {
    this.gate = new TimedSuspectGate(ports.clock, ports.clock.now());
  }

  get size(): number {
    return this.live.size;
  }

  /** Sessions that have been opened and have not ended. */
  get sessions(): Iterable<RunSession> {
    return this.opened.values();
  }

  /** The session of a run, once it has been opened and until it has ended. */
  sessionOf(runId: RunId): RunSession | undefined {
    return this.opened.get(runId);
  }

  has(runId: RunId): boolean {
    return this.live.has(runId);
  }

  /** The session of a run that is live here. */
  find(runId: RunId): Promise<RunSession | undefined> | undefined {
    return this.live.get(runId);
  }

  /** To be called when the process begins to take runs over: from now on suspects are let go one after the other. */
  begin(): void {
    this.gate = new TimedSuspectGate(this.ports.clock, this.ports.clock.now());
  }

  /**
   * Begins a run that is not stored yet. The session is live from now on, so that a stop waits for it; a run that was not
   * stored leaves nothing behind.
   *
   * @throws whatever `create` throws.
   */
  async launch({ runId, namespace, fold, create }: NewcomingRun): Promise<void> {
    const session = this.newSession(runId, { ...fold(), namespace }, { kind: 'all' });
    this.live.set(runId, Promise.resolve(session));
    this.opened.set(runId, session);
    try {
      await session.launch(create);
    } catch (error) {
      this.release(runId);
      throw error;
    }
    void session.ended.then((end) => this.onEnded(runId, end));
  }

  /** The session of a run, which `begin` starts. Undefined if it is unknown or has ended, or could not be read. */
  open(runId: RunId, begin: (session: RunSession) => void): Promise<RunSession | undefined> {
    const opening = this.loadSession(runId).then(
      (session) => {
        if (session === undefined) {
          this.lostRuns.delete(runId);
          this.release(runId);
        } else {
          void session.ended.then((end) => this.onEnded(runId, end));
          this.opened.set(runId, session);
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

  /** Why the last session of a run was lost that has not ended otherwise since; undefined if it was not. */
  lossOf(runId: RunId): { readonly error: unknown } | undefined {
    return this.lostRuns.get(runId);
  }

  /** The run is left to others: what became of its last session here says nothing when it comes back. */
  forgetLoss(runId: RunId): void {
    this.lostRuns.delete(runId);
  }

  /**
   * Asks an unfinished run to stop through its session here, opened by `open` if it is not live.
   *
   * @param open Undefined if no session can be had.
   * @throws {EngineNotRunningError} | whatever kept the run from being read.
   */
  async cancel(runId: RunId, open: () => Promise<RunSession | undefined>): Promise<RunStatus> {
    for (;;) {
      const session = await open();
      if (session === undefined) {
        const status = (await this.ports.runs.findInAnyNamespace(runId))?.status;
        if (status !== undefined && isTerminalRun(status)) return status;
        const { phase } = this.keeper;
        const lost = this.lossOf(runId);
        if (lost !== undefined && phase === 'running') throw lost.error;
        throw new EngineNotRunningError(`the engine is ${phase}: ask again when it runs`);
      }
      const status = await session.cancel();
      const end = await this.endedNow(session);
      // A session that ended without finishing the run may not have heard the request: ask whoever holds the run next.
      if (end === undefined || end.kind === 'finished') return status;
    }
  }

  /** How a session has ended; undefined if it has not. */
  endedNow(session: RunSession): Promise<SessionEnd | undefined> {
    return Promise.race([session.ended, Promise.resolve(undefined)]);
  }

  /** Nothing is started any more; attempts under way may end within the grace, the rest is journaled as interrupted. */
  async stop(graceMs: number): Promise<void> {
    this.gate.close();
    const sessions = (await Promise.all([...this.live.values()])).filter((session) => session !== undefined);
    for (const session of sessions) session.drain();
    const allEnded = Promise.all(sessions.map((session) => session.ended));
    const grace = Promise.withResolvers<void>();
    const forgo = this.after(graceMs, grace.resolve);
    await Promise.race([allEnded, grace.promise]);
    forgo();
    for (const session of sessions) session.interrupt();
    await allEnded;
  }

  after(ms: number, action: () => void): Cancel {
    const { clock } = this.ports;
    return clock.at(epochMs(clock.now() + ms), action);
  }

  /** Undefined if the run is unknown or has ended, or if the engine does not run. */
  private async loadSession(runId: RunId): Promise<RunSession | undefined> {
    const loaded = await this.ports.reader.load(runId);
    if (loaded === undefined || isTerminalRun(loaded.state.status) || this.keeper.phase !== 'running') return undefined;
    if (this.keeper.mayTake !== undefined && hasAttempts(loaded) && !(await this.keeper.mayTake(runId)))
      return undefined;
    const blame: Blame = this.lostRuns.has(runId) ? { kind: 'nobody' } : await this.keeper.blame(loaded, runId);
    return this.newSession(runId, loaded, blame);
  }

  private newSession(runId: RunId, run: LoadedRun, blame: Blame): RunSession {
    const { journal, reader, bus, invoker, remote, clock, tracer, templateEnv, secrets, random, census } = this.ports;
    const count = census.session(run);
    const takeover = { blame, holdsSuspects: true };
    const ports = { journal, bus, invoker, remote, clock, gate: this.gate, tracer, secrets };
    const { parkAfterMs } = this.keeper;
    const reload = () => reader.load(runId);
    return new RunSession({ runId, ...run, ...ports, templateEnv, takeover, random, count, reload, parkAfterMs });
  }

  private onEnded(runId: RunId, end: SessionEnd): void {
    if (end.kind !== 'lost') this.lostRuns.delete(runId);
    this.release(runId);
    if (end.kind !== 'lost') return;
    // One that is alone has written that entry itself, in a write that was said to have failed: it is found when the run is
    // taken again.
    if (end.error instanceof StaleWriterError && !this.keeper.isAlone) {
      withLogContext({ run_id: runId }, () => this.logger.warn('another session owns the run now: dropped it'));
      return;
    }
    // Whoever owns the database now has the run too.
    if (!(end.error instanceof DatabaseLostError)) this.retakeLater(runId, end.error);
  }

  /** Has a run taken again, in a while: it is whole in its journal, if it is there; only its session is gone. */
  retakeLater(runId: RunId, error: unknown): void {
    if (this.keeper.phase === 'stopping' || this.keeper.keeps?.(runId) === false) return;
    const times = (this.lostRuns.get(runId)?.times ?? 0) + 1;
    const waitMs = Math.min(RETAKE_MAX_MS, RETAKE_BASE_MS * 2 ** (times - 1));
    withLogContext({ run_id: runId }, () => {
      this.logger.error({ err: error }, `lost the session of a run, taking it again in ${waitMs} ms`);
    });
    this.lostRuns.set(runId, { times, error });
    this.keeper.lost(runId, waitMs);
  }

  private release(runId: RunId): void {
    this.live.delete(runId);
    this.opened.delete(runId);
    this.keeper.released(runId);
  }
}

function hasAttempts({ state }: LoadedRun): boolean {
  for (const index of state.running) if (!isSuspended(nodeRecord(state, index))) return true;
  return false;
}
