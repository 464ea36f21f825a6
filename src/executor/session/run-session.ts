import {
  type GraphPlan,
  type Namespace,
  type PlanNode,
  type RunEvent,
  type RunId,
  type RunInput,
  type RunState,
  type RunStatus,
  type EpochMs,
  type Takeover,
  decide,
  decodeEntry,
  encodeEvents,
  epochMs,
  isFresh,
  isSuspended,
  isTerminalRun,
  nextDeadline,
  nodeRecord,
} from '../core/index.js';
import type { SecretRegistry } from '../../config/index.js';
import type { EventBus } from '../../events/index.js';
import { type Journal, type JournalAppend, JournalUnavailableError, StaleWriterError } from '../../storage/index.js';
import { type Cancel, type Clock, RunClock } from '../clock.js';
import type {
  AgentInvoker,
  AgentOutput,
  AttemptHandle,
  RemoteAttemptListener,
  RemoteAttempts,
} from '../invoker/index.js';
import { LargeOutput } from '../outputs/index.js';
import type { LoadedRun } from '../run-reader.js';
import type { RunTracer, SessionTrace } from '../tracing/index.js';
import { prepareInvocation } from './invocation.js';
import { PendingOutputs } from './pending-outputs.js';
import { projectRun } from './projection.js';
import { type SuspectGate, SuspectWatch } from './suspect-watch.js';

/** How a session ended. */
export type SessionEnd =
  | { readonly kind: 'finished'; readonly status: RunStatus }
  /**
   * The run goes on elsewhere or later: at once if the process is stopping, else when something is due in it, at `until`
   * on the clock of the process.
   */
  | { readonly kind: 'parked'; readonly until?: EpochMs }
  /** Something could not be written or went wrong inside: whoever takes the run next resumes it from its journal. */
  | { readonly kind: 'lost'; readonly error: unknown };

export interface SessionParts {
  readonly runId: RunId;
  /** Where the run lives: what is published of it says so. */
  readonly namespace: Namespace;
  readonly plan: GraphPlan;
  /** Folded from the journal; the session owns it from now on. */
  readonly state: RunState;
  readonly journal: Journal;
  readonly bus: EventBus;
  readonly invoker: AgentInvoker;
  /** Absent where every attempt is made by the process itself. */
  readonly remote?: RemoteAttempts;
  readonly clock: Clock;
  /** How it takes the run over, should it be one that another session has begun. */
  readonly takeover: Takeover;
  readonly gate: SuspectGate;
  /** Environment variables that templates may read. */
  readonly templateEnv: Readonly<Record<string, string>>;
  readonly secrets: SecretRegistry;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Hears of events once they are durable, with `state` as it is after them. */
  readonly count: (events: readonly RunEvent[]) => void;
  /** Absent while nothing is traced. */
  readonly tracer?: RunTracer;
  /** The run as of now: for the session of a run that other processes may ask to stop. */
  readonly reload?: () => Promise<LoadedRun | undefined>;
  /** The session is parked when nothing runs and nothing is due for longer than this, in milliseconds; never if left out. */
  readonly parkAfterMs?: number;
}

/** Makes an append durable. */
type Store = (append: JournalAppend) => Promise<void>;

type Unstamped<T> = T extends unknown ? Omit<T, 'now'> : never;

/** Entries that another process may have written of a run before its session looks: a request to stop and what followed. */
const LOOK_PAGE = 1_000;

/** What is known to be stored of the run. */
interface Stored {
  readonly seq: number;
  readonly epoch: number;
  readonly isFresh: boolean;
}

interface Waiting {
  readonly resolve: (status: RunStatus) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * One live run: input → decide → append → publish → perform. Inputs are handled in order, all that came in while an append
 * was under way together; nothing is published or performed before it is durable.
 *
 * `idle` while it waits for inputs, `working` from the first input until none is left, `ended` after the run's terminal
 * event, on the first write that fails, or when it is parked. It never leaves `ended` and then touches nothing.
 */
export class RunSession {
  /** Resolves once, when the session has ended. It never rejects. */
  readonly ended: Promise<SessionEnd>;
  private readonly resolveEnded: (end: SessionEnd) => void;
  private phase: 'idle' | 'working' | 'ended' = 'idle';
  private inputs: RunInput[] = [];
  /** Callers who wait until what they asked for is durable. */
  private waiting: Waiting[] = [];
  /** Attempts under way, by node index. */
  private readonly attempts = new Map<number, { readonly attempt: number; readonly handle: AttemptHandle }>();
  /** Large outputs whose successes are not decided yet. */
  private readonly pendingOutputs = new PendingOutputs();
  /** Stops the timer of the next deadline. */
  private disarm: Cancel | undefined;
  private readonly suspects: SuspectWatch;
  private readonly clock: RunClock;
  private readonly trace: SessionTrace | undefined;
  private isDraining = false;
  /** The journal is to be looked at before the next input. */
  private mustLook = false;
  private stored: Stored;

  constructor(private readonly parts: SessionParts) {
    const { promise, resolve } = Promise.withResolvers<SessionEnd>();
    this.ended = promise;
    this.resolveEnded = resolve;
    this.clock = new RunClock(parts.clock, parts.state.lastTs);
    this.stored = storedOf(parts.state);
    this.trace = parts.tracer?.watch(parts);
    this.suspects = new SuspectWatch({ ...parts, admit: (nodeId) => this.submit({ type: 'admit', nodeId }) });
  }

  get runId(): RunId {
    return this.parts.runId;
  }

  /** True if nothing has happened to the run but that it was queued. */
  get isFresh(): boolean {
    return isFresh(this.parts.state);
  }

  /**
   * Begins a run that is not stored yet; resolves once `create` has stored it together with what begins it.
   *
   * @throws whatever `create` throws: the session has ended then.
   */
  async launch(create: Store): Promise<void> {
    this.phase = 'working';
    try {
      await this.handle([{ type: 'taken', ...this.parts.takeover, now: this.clock.now() }], create);
    } catch (error) {
      this.end({ kind: 'lost', error });
      throw error;
    }
    if (!this.isOver()) this.goOn();
  }

  /** Begins or recovers the run. */
  take(): void {
    this.submit({ type: 'taken', ...this.parts.takeover });
  }

  /** Asks the run to stop; resolves with its status once that is durable, or once it is too late. */
  cancel(): Promise<RunStatus> {
    return new Promise((resolve, reject) => {
      if (this.phase === 'ended') {
        resolve(this.parts.state.status);
        return;
      }
      this.waiting.push({ resolve, reject });
      this.submit({ type: 'cancel' });
    });
  }

  /** `seq` of the last entry of the run that is stored, as far as the session knows. */
  get lastSeq(): number {
    return this.stored.seq;
  }

  /** Whether it waits for the journal, or is about to ask it. */
  get isWorking(): boolean {
    return this.phase === 'working';
  }

  /** Has the journal looked at: another process may have asked the run to stop. */
  look(): void {
    if (this.phase === 'ended') return;
    this.mustLook = true;
    if (this.phase === 'idle') this.goOn();
  }

  /** Starts no attempt any more and parks the run when those under way have ended. */
  drain(): void {
    this.isDraining = true;
    this.submit({ type: 'drain' });
  }

  /** Aborts the attempts under way, journals them as interrupted and parks the run. */
  interrupt(): void {
    this.submit({ type: 'shutdown' });
  }

  /** Leaves the run to others as its journal has it, whatever is being written: attempts under way are dropped. */
  abandon(error: Error): void {
    this.end({ kind: 'lost', error });
  }

  private submit(input: Unstamped<RunInput>): void {
    if (this.phase === 'ended') return;
    this.inputs.push({ ...input, now: this.clock.now() });
    if (this.phase === 'working') return;
    this.goOn();
  }

  private goOn(): void {
    this.phase = 'working';
    this.work().catch((error: unknown) => this.end({ kind: 'lost', error }));
  }

  private async work(): Promise<void> {
    while (this.inputs.length > 0 || this.mustLook) {
      await this.lookIfAsked();
      if (this.isOver()) return;
      const inputs = this.inputs;
      const waiting = this.waiting;
      this.inputs = [];
      this.waiting = [];
      try {
        await this.handle(inputs);
      } catch (error) {
        if (error instanceof StaleWriterError && (await this.adopt()) && !this.hasEnded()) {
          this.inputs = [...inputs, ...this.inputs];
          this.waiting = [...waiting, ...this.waiting];
          if (this.isOver()) return;
          continue;
        }
        for (const caller of waiting) caller.reject(error);
        throw error;
      }
      for (const caller of waiting) caller.resolve(this.parts.state.status);
      if (this.isOver()) return;
    }
    this.phase = 'idle';
    this.armTimer();
  }

  /** It may have been abandoned while something was written or read. */
  private hasEnded(): boolean {
    return this.phase === 'ended';
  }

  private async lookIfAsked(): Promise<void> {
    if (!this.mustLook) return;
    this.mustLook = false;
    const { journal, runId } = this.parts;
    try {
      const [news] = await journal.read(runId, { afterSeq: this.stored.seq, limit: 1 });
      if (news === undefined) return;
      if (!(await this.adopt())) throw new StaleWriterError(runId);
      if (!this.hasEnded()) this.perform([]);
    } catch (error) {
      // Whoever asked for the look asks again.
      if (!(error instanceof JournalUnavailableError)) throw error;
    }
  }

  /**
   * Another process may ask the run to stop: it appends that where the next entry of this session would stand. True if this
   * is what happened, and all: the run is this session's still, with the state that the request left it in.
   */
  private async adopt(): Promise<boolean> {
    const { journal, runId, state, reload } = this.parts;
    if (reload === undefined) return false;
    const news = await journal.read(runId, { afterSeq: this.stored.seq, limit: LOOK_PAGE });
    if (news[0]?.type !== 'run.cancel_requested') return false;
    const loaded = await reload();
    if (loaded?.state.epoch !== this.stored.epoch) return false;
    // Two sessions may have begun the run before anybody had an epoch to be told by.
    if (this.stored.isFresh && !isTerminalRun(loaded.state.status)) return false;
    const { holdsSuspects, draining, admitted } = state;
    Object.assign(state, loaded.state, { holdsSuspects, draining, admitted });
    this.stored = storedOf(state);
    this.pendingOutputs.putBack();
    this.trace?.tell(news.map(decodeEntry));
    return true;
  }

  private async handle(inputs: readonly RunInput[], store: Store = (append) => this.append(append)): Promise<void> {
    const { plan, state, bus, runId, namespace } = this.parts;
    const { seq, ended, status, epoch } = state;
    const events = inputs.flatMap((input) => decide(plan, state, input));
    const files = this.pendingOutputs.take(events);
    if (events.length > 0) {
      const entries = encodeEvents(events, { seq, ended, nodes: plan.nodes.length });
      const run = projectRun(plan, state, { status, epoch });
      await store({ runId, expectedSeq: seq, entries, files, run });
      this.stored = storedOf(state);
      if (files.length > 0) this.pendingOutputs.done();
      bus.publish({ runId, namespace, entries });
      this.parts.count(events);
      this.trace?.tell(events);
    }
    if (this.hasEnded()) return;
    this.perform(events);
    if (inputs.some((input) => input.type === 'taken')) this.resumeSuspended();
    if (inputs.some((input) => input.type === 'shutdown')) this.isDraining = true;
  }

  private append(append: JournalAppend): Promise<void> {
    return this.parts.journal.append(append);
  }

  /** Ends the session if nothing is left for it to do. */
  private isOver(): boolean {
    const { status } = this.parts.state;
    if (isTerminalRun(status)) this.end({ kind: 'finished', status });
    else if (this.isDraining && this.isOnlyWaiting()) this.end({ kind: 'parked' });
    return this.phase === 'ended';
  }

  private perform(events: readonly RunEvent[]): void {
    const { plan, state } = this.parts;
    for (const event of events) {
      if (event.type !== 'node.started') continue;
      const index = plan.indexOf.get(event.nodeId);
      const record = index === undefined ? undefined : nodeRecord(state, index);
      // A later input of the same batch may have ended the attempt before it began.
      if (index === undefined || record?.state.status !== 'RUNNING' || record.attempts !== event.attempt) continue;
      this.startAttempt(index, event.attempt);
    }
    this.stopAttempts();
    this.suspects.update();
  }

  /** Attempts that only waited when the session before ended go on. */
  private resumeSuspended(): void {
    const { state } = this.parts;
    for (const index of state.running) {
      const record = nodeRecord(state, index);
      if (isSuspended(record) && !this.attempts.has(index)) this.startAttempt(index, record.attempts);
    }
  }

  private startAttempt(index: number, attempt: number): void {
    const { plan, state, remote } = this.parts;
    const node = plan.nodes[index];
    if (node === undefined) return;
    const place = { nodeId: node.definition.id, attempt };
    const listener = this.listenerOf(place);
    const pool = remote?.poolFor(node.definition.pool, state.settings.pool);
    const handle =
      remote === undefined || pool === undefined
        ? this.startHere(node, listener)
        : this.within(place.nodeId, () =>
            remote.start({ runId: this.runId, ...place, epoch: state.epoch }, pool, listener),
          );
    if (handle !== undefined) this.attempts.set(index, { attempt, handle });
  }

  private startHere(node: PlanNode, listener: RemoteAttemptListener): AttemptHandle | undefined {
    const { plan, state, runId, invoker, templateEnv, secrets } = this.parts;
    const { aheadMs: clockAheadMs } = this.clock;
    const prepared = prepareInvocation({ runId, plan, state, node, env: templateEnv, clockAheadMs });
    if (!prepared.ok) {
      listener.failed({ type: 'TemplateError', message: secrets.text(prepared.message), retryable: false });
      return undefined;
    }
    const { invocation } = prepared;
    return this.within(node.definition.id, () => invoker.invoke(invocation, listener));
  }

  private within(nodeId: string, start: () => AttemptHandle): AttemptHandle {
    return this.trace === undefined ? start() : this.trace.within(nodeId, start);
  }

  private listenerOf(place: { readonly nodeId: string; readonly attempt: number }): RemoteAttemptListener {
    const { random } = this.parts;
    return {
      logged: (level, message, data) => this.submit({ type: 'attempt_logged', ...place, level, message, data }),
      progressed: (percent, message) => this.submit({ type: 'attempt_progressed', ...place, percent, message }),
      suspended: (until) => this.suspend(place, until),
      succeeded: (output) => this.succeed(place, output),
      failed: (failure) => this.submit({ type: 'attempt_failed', ...place, failure, random: random() }),
      interrupted: (cause) => this.submit({ type: 'attempt_interrupted', ...place, cause }),
    };
  }

  /** Worth an entry only where the run may be parked meanwhile. */
  private suspend(place: { readonly nodeId: string; readonly attempt: number }, until: EpochMs): void {
    const { parkAfterMs } = this.parts;
    if (parkAfterMs === undefined || until - this.clock.now() <= parkAfterMs) return;
    this.submit({ type: 'attempt_suspended', ...place, until });
  }

  private succeed(place: { readonly nodeId: string; readonly attempt: number }, output: AgentOutput): void {
    if (!(output instanceof LargeOutput)) {
      this.submit({ type: 'attempt_succeeded', ...place, output });
      return;
    }
    this.pendingOutputs.add(output);
    this.submit({ type: 'attempt_succeeded', ...place, output: output.value, ref: output.ref });
  }

  /** Aborts what was told to stop and forgets what has ended. At most `concurrency` attempts are looked at. */
  private stopAttempts(): void {
    for (const [index, { attempt, handle }] of this.attempts) {
      const record = nodeRecord(this.parts.state, index);
      if (record.state.status !== 'RUNNING' || record.attempts !== attempt) {
        handle.abandon();
        this.attempts.delete(index);
      } else if (record.aborting) handle.abort();
    }
  }

  private armTimer(): void {
    this.disarm?.();
    const due = nextDeadline(this.parts.state);
    const awake = this.wakeTime(due);
    if (awake !== undefined) {
      this.end({ kind: 'parked', until: epochMs(awake - this.clock.aheadMs) });
      return;
    }
    this.disarm = due === undefined ? undefined : this.clock.at(due, () => this.submit({ type: 'tick' }));
  }

  /** When the run needs a session again, if it needs none for long. */
  private wakeTime(due: EpochMs | undefined): EpochMs | undefined {
    const { parkAfterMs, state } = this.parts;
    if (parkAfterMs === undefined || state.held.length > 0 || !this.isOnlyWaiting()) return undefined;
    let wake: number = due ?? Infinity;
    for (const index of state.running) wake = Math.min(wake, nodeRecord(state, index).suspendedUntil ?? Infinity);
    return wake === Infinity || wake - this.clock.now() <= parkAfterMs ? undefined : epochMs(wake);
  }

  /** No attempt under way would miss its session. */
  private isOnlyWaiting(): boolean {
    const { state } = this.parts;
    for (const index of state.running) if (!isSuspended(nodeRecord(state, index))) return false;
    return true;
  }

  private end(end: SessionEnd): void {
    if (this.phase === 'ended') return;
    this.phase = 'ended';
    this.disarm?.();
    for (const { handle } of this.attempts.values()) handle.abandon();
    this.attempts.clear();
    this.suspects.close();
    this.inputs = [];
    for (const caller of this.waiting) {
      if (end.kind === 'lost') caller.reject(end.error);
      else caller.resolve(this.parts.state.status);
    }
    this.waiting = [];
    this.resolveEnded(end);
  }
}

function storedOf(state: RunState): Stored {
  return { seq: state.seq, epoch: state.epoch, isFresh: isFresh(state) };
}
