import { clockDeadline } from './clock-deadline.js';
import type { GraphPlan, PlanEdge, PlanNode } from './compile.js';
import type { NodeError } from './errors.js';
import { INPUT_SOURCE } from './graph-definition.js';
import { type EpochMs, epochMs } from './ids.js';
import { joinVerdict } from './join.js';
import { gatherInput, missingKeys } from './node-input.js';
import { isNoSinkReached, NO_SINK_REACHED, runErrorOf } from './outcome.js';
import { CONDITION_ERROR_CODE, SUSPENDED_CODE, reduce } from './reduce.js';
import { retryOutcome, totalTimeout } from './retry.js';
import type { InterruptionCause, RunEvent, SkipCause } from './run-event.js';
import type { Blame, RunInput } from './run-input.js';
import { type NodeRecord, type RunState, isFresh, isSuspended, nodeRecord, phaseOf } from './run-state.js';
import { type SkipReason, isTerminalRun } from './statuses.js';
import { isLastChance, isSuspect } from './suspects.js';

/**
 * Says what follows from an input: the events to append to the journal, in order. The state is advanced over them, as
 * folding them with `reduce` would; its owner must drop it if the append fails. Costs time in proportion to the edges
 * that the input touches.
 */
export function decide(plan: GraphPlan, state: RunState, input: RunInput): readonly RunEvent[] {
  if (isTerminalRun(state.status)) return [];
  const decision = new Decision(plan, state, input.now);
  decision.take(input);
  return decision.events;
}

/** The next moment at which something is due without any other input; undefined when nothing is. */
export function nextDeadline(state: RunState): EpochMs | undefined {
  if (isTerminalRun(state.status)) return undefined;
  const abort = hasAborting(state) ? state.abortDeadline : null;
  const due = Math.min(...[clockDeadline(state), abort, state.deadlines.peek()?.at].map((at) => at ?? Infinity));
  return due === Infinity ? undefined : epochMs(due);
}

function hasAborting(state: RunState): boolean {
  for (const index of state.running) if (nodeRecord(state, index).aborting) return true;
  return false;
}

/** The making of one decision. */
class Decision {
  readonly events: RunEvent[] = [];

  constructor(
    private readonly plan: GraphPlan,
    private readonly state: RunState,
    private readonly now: EpochMs,
  ) {}

  take(input: RunInput): void {
    switch (input.type) {
      case 'taken':
        this.state.holdsSuspects = input.holdsSuspects ?? false;
        if (!isFresh(this.state)) this.recover(input.blame ?? EVERYBODY);
        break;
      case 'tick':
        break;
      case 'admit':
        this.admit(input.nodeId);
        break;
      case 'cancel':
        if (this.state.cancelRequestedAt === null) this.emit({ type: 'run.cancel_requested', ts: this.now });
        break;
      case 'drain':
        this.state.draining = true;
        break;
      case 'shutdown':
        for (const node of this.inFlight()) this.interrupt(node, 'shutdown');
        return;
      default:
        if (!this.isCurrent(input.nodeId, input.attempt)) return;
        if (this.takeAttempt(input)) return;
    }
    this.settle(input.type === 'taken');
  }

  /** Returns true when nothing can follow from the input. */
  private takeAttempt(input: Extract<RunInput, { readonly attempt: number }>): boolean {
    const { nodeId, attempt, now: ts } = input;
    const node = this.node(this.plan.indexOf.get(nodeId) as number);
    const { aborting } = this.record(node);
    switch (input.type) {
      case 'attempt_logged':
        this.emit({
          type: 'node.log',
          ts,
          nodeId,
          attempt,
          level: input.level,
          message: input.message,
          data: input.data,
        });
        return true;
      case 'attempt_progressed':
        this.emit({ type: 'node.progress', ts, nodeId, attempt, percent: input.percent, message: input.message });
        return true;
      case 'attempt_suspended':
        if (!aborting) this.suspend(node, input.until);
        return true;
      case 'attempt_succeeded':
        if (aborting) this.emit({ type: 'node.cancelled', ts, nodeId, attempt, ended: 'succeeded' });
        else this.emit({ type: 'node.succeeded', ts, nodeId, attempt, output: input.output, ref: input.ref });
        return false;
      case 'attempt_failed':
        if (aborting) this.emit({ type: 'node.cancelled', ts, nodeId, attempt, ended: 'failed' });
        else this.failAttempt(node, input);
        return false;
      case 'attempt_interrupted':
        // The session goes on: nobody comes who would fail the node when taking the run over.
        if (!aborting && node.definition.onInterrupt === 'fail') this.failInterrupted(node);
        else this.interrupt(node, input.cause);
        return false;
    }
  }

  /** It may say so again whenever it is gone on with. */
  private suspend(node: PlanNode, until: EpochMs): void {
    if (this.record(node).suspendedUntil === until) return;
    this.emit({
      type: 'node.log',
      ts: this.now,
      nodeId: node.definition.id,
      attempt: 0,
      level: 'debug',
      message: `the attempt waits for ${Math.ceil((until - this.now) / 1_000)} s, which takes no worker`,
      data: { code: SUSPENDED_CODE, until },
    });
  }

  private failAttempt(node: PlanNode, input: Extract<RunInput, { readonly type: 'attempt_failed' }>): void {
    const { settings } = this.state;
    const record = this.record(node);
    const { failure, random, nodeId, attempt, now } = input;
    const outcome = retryOutcome({ node, record, settings, failure, now, random });
    if (outcome.kind === 'fail' || !this.mayStart(node)) this.fail(node, outcome.error);
    else {
      const { error, waitMs } = outcome;
      const dueAt = epochMs(now + waitMs);
      this.emit({ type: 'node.retrying', ts: now, nodeId, attempt, error, waitMs, dueAt });
    }
  }

  private admit(nodeId: string): void {
    const index = this.plan.indexOf.get(nodeId);
    if (index !== undefined && nodeRecord(this.state, index).state.status === 'RETRYING')
      this.state.admitted.add(index);
  }

  private recover(blame: Blame): void {
    this.emit({ type: 'run.recovered', ts: this.now, epoch: this.state.epoch + 1 });
    if (this.isOutOfTime()) return;
    for (const node of this.inFlight()) this.interrupt(node, causeOf(blame, node.definition.id));
    for (const index of [...this.state.retrying]) {
      const node = this.node(index);
      if (this.isInterrupted(node) && node.definition.onInterrupt === 'fail') this.failInterrupted(node);
    }
  }

  /** Nodes whose attempts end with their session. */
  private inFlight(): PlanNode[] {
    return [...this.state.running].map((index) => this.node(index)).filter((node) => !isSuspended(this.record(node)));
  }

  private interrupt(node: PlanNode, cause: InterruptionCause): void {
    const record = this.record(node);
    const place = { ts: this.now, nodeId: node.definition.id, attempt: record.attempts };
    if (record.aborting) this.emit({ type: 'node.cancelled', ...place, ended: 'abandoned' });
    else if (cause === 'crash' && this.isInterruptedTooOften(node)) this.failInterrupted(node);
    else this.emit({ type: 'node.interrupted', ...place, cause });
  }

  private isInterrupted(node: PlanNode): boolean {
    const waiting = this.record(node).state;
    return waiting.status === 'RETRYING' && waiting.error === undefined;
  }

  private isInterruptedTooOften(node: PlanNode): boolean {
    return node.definition.onInterrupt === 'fail' || isLastChance(this.state, this.record(node));
  }

  private failInterrupted(node: PlanNode): void {
    const { attempts, crashes } = this.record(node);
    const message =
      node.definition.onInterrupt === 'fail'
        ? 'the process stopped during the attempt, and the node says on_interrupt: "fail"'
        : `the process stopped during ${crashes + 1} attempts, more than the ${this.state.settings.maxInterruptions} allowed`;
    this.fail(node, { type: 'InterruptedError', message, retryable: false, attempts });
  }

  /** Draws every consequence, until nothing more follows without another input. */
  private settle(mayBegin: boolean): void {
    this.passDeadlines();
    if (mayBegin && this.state.startedAt === null && phaseOf(this.state) === 'normal') {
      this.emit({ type: 'run.started', ts: this.now });
    }
    if (this.state.startedAt === null && phaseOf(this.state) !== 'normal') this.skipRest();
    do {
      this.warnOfConditions();
      this.decideNodes();
      this.giveUpWaiting();
    } while (this.state.undecided.size > 0 || this.state.conditionFaults.size > 0);
    this.startReady();
    const hasBegun = this.state.startedAt !== null || phaseOf(this.state) !== 'normal';
    if (hasBegun && this.state.ended === this.plan.nodes.length) this.finish();
  }

  private passDeadlines(): void {
    if (this.isOutOfTime() && this.state.ended < this.plan.nodes.length) this.expire();
    const { abortDeadline, running, deadlines } = this.state;
    if (abortDeadline !== null && this.now >= abortDeadline) {
      for (const index of [...running]) if (nodeRecord(this.state, index).aborting) this.cancelNode(index, 'abandoned');
    }
    for (let due = deadlines.popDue(this.now); due !== undefined; due = deadlines.popDue(this.now)) {
      const node = this.node(due.node);
      const record = this.record(node);
      const { status } = record.state;
      if (due.kind === 'retry') {
        if (status === 'RETRYING' && record.attempts === due.attempt) this.state.ready.push(due.node);
      } else if (status === 'RETRYING' || (status === 'RUNNING' && !record.aborting)) {
        this.fail(node, totalTimeout(node, record));
      }
    }
  }

  /** A clock runs out now, or did before a crash that cut short what follows from it. */
  private isOutOfTime(): boolean {
    const clock = clockDeadline(this.state);
    return phaseOf(this.state) === 'expired' || (clock !== null && this.now >= clock);
  }

  /** A clock ended the run: what is under way fails with it, all the rest loses its chance. */
  private expire(): void {
    const message = `the run took longer than its timeout_sec of ${String(this.state.settings.timeoutSec)}`;
    for (const index of [...this.state.running, ...this.state.retrying]) {
      const { attempts } = nodeRecord(this.state, index);
      const details = { kind: 'run' };
      this.fail(this.node(index), { type: 'TimeoutError', message, retryable: false, attempts, details });
    }
    this.skipRest();
  }

  /** Skips every node that has not ended, sources before targets, so that each knows what its edges came to. */
  private skipRest(): void {
    for (const index of this.plan.topological) {
      if (nodeRecord(this.state, index).state.status === 'PENDING') this.skipForPhase(this.node(index));
    }
  }

  private warnOfConditions(): void {
    // Folding the warning takes its fault off the list.
    for (let left = this.state.conditionFaults.size; left > 0; left--) {
      const fault = this.state.conditionFaults.peek() as { readonly edge: number; readonly message: string };
      const { from, to } = (this.plan.edges[fault.edge] as PlanEdge).definition;
      this.emit({
        type: 'node.log',
        ts: this.now,
        nodeId: from === INPUT_SOURCE ? to : from,
        attempt: 0,
        level: 'warn',
        message: `the condition of the edge ${from} -> ${to} could not be evaluated and counts as false: ${fault.message}`,
        data: { code: CONDITION_ERROR_CODE, from, to },
      });
    }
  }

  private decideNodes(): void {
    for (let index = this.state.undecided.shift(); index !== undefined; index = this.state.undecided.shift()) {
      if (nodeRecord(this.state, index).state.status === 'PENDING') this.decideNode(this.node(index));
    }
  }

  private decideNode(node: PlanNode): void {
    if (!this.mayStart(node)) return this.skipForPhase(node);
    const verdict = joinVerdict(this.plan, this.state, node);
    if (!verdict.runs) return this.skip(node, verdict.reason, verdict.causes);
    if (this.state.skips.has(node.definition.id)) return this.skip(node, 'skip_requested', []);
    const { input, params } = node.contract;
    const needsKeys = input.required.size > 0 || params.required.size > 0;
    const missing = needsKeys ? missingKeys(node, gatherInput(this.plan, this.state, node)) : [];
    if (missing.length > 0) return this.fail(node, missingInputError(node, missing));
    this.state.ready.push(node.index);
  }

  /** Whether the phase lets the node start another attempt. */
  private mayStart({ definition }: PlanNode): boolean {
    switch (phaseOf(this.state)) {
      case 'normal':
        return true;
      case 'stopping':
        return definition.join === 'settled';
      case 'cancelling':
        return definition.alwaysOnCancel && this.state.startedAt !== null;
      case 'expired':
        return false;
    }
  }

  /** Skips a node that the phase does not let start: its own reason counts if it has one. */
  private skipForPhase(node: PlanNode): void {
    const lost: SkipReason = this.state.cancelRequestedAt === null ? 'run_failing' : 'run_cancelled';
    if (this.state.startedAt === null) return this.skip(node, lost, []);
    const verdict = joinVerdict(this.plan, this.state, node);
    if (verdict.runs) return this.skip(node, lost, []);
    this.skip(node, lost === 'run_cancelled' ? lost : verdict.reason, verdict.causes);
  }

  /** On entering a phase: nodes that wait for a slot or a retry, and may not start any more, end here. */
  private giveUpWaiting(): void {
    const phase = phaseOf(this.state);
    if (phase === this.state.settledPhase) return;
    this.state.settledPhase = phase;
    for (const index of this.state.ready.drain()) {
      const node = this.node(index);
      const { status } = this.record(node).state;
      if (this.mayStart(node)) this.state.ready.push(index);
      else if (status === 'PENDING') this.skipForPhase(node);
      else if (this.isInterrupted(node) && this.mayFinishInterrupted()) this.state.ready.push(index);
    }
    for (const index of [...this.state.retrying]) this.giveUpRetry(this.node(index));
  }

  private giveUpRetry(node: PlanNode): void {
    const waiting = this.record(node).state;
    if (waiting.status !== 'RETRYING' || this.mayStart(node)) return;
    if (phaseOf(this.state) === 'cancelling' || this.state.settings.onFailure === 'cancel') {
      this.cancelNode(node.index, 'not_running');
    } else if (waiting.error !== undefined) this.fail(node, waiting.error);
  }

  /** With `on_failure: stop` an attempt that was running may end, also when it must run again after a crash. */
  private mayFinishInterrupted(): boolean {
    return phaseOf(this.state) === 'stopping' && this.state.settings.onFailure === 'stop';
  }

  private startReady(): void {
    if (this.state.draining || this.mustWaitForAborted()) return;
    const held: number[] = [];
    while (this.state.running.size < this.state.settings.concurrency) {
      const index = this.state.ready.shift();
      if (index === undefined) break;
      const node = this.node(index);
      const { state, attempts } = this.record(node);
      if (state.status !== 'PENDING' && state.status !== 'RETRYING') continue;
      if (this.isHeld(node)) held.push(index);
      else this.emit({ type: 'node.started', ts: this.now, nodeId: node.definition.id, attempt: attempts + 1 });
    }
    for (const index of held) this.state.ready.push(index);
    this.state.held = held;
  }

  private isHeld(node: PlanNode): boolean {
    return this.state.holdsSuspects && isSuspect(this.record(node)) && !this.state.admitted.has(node.index);
  }

  /** Nodes that run even on cancel start after the grace: once no aborted attempt is left. */
  private mustWaitForAborted(): boolean {
    return this.state.cancelRequestedAt !== null && hasAborting(this.state);
  }

  private finish(): void {
    const ts = this.now;
    if (this.state.cancelRequestedAt !== null) return this.emit({ type: 'run.cancelled', ts });
    const error = runErrorOf(this.plan, this.state);
    if (error !== undefined) return this.emit({ type: 'run.failed', ts, error });
    const warnings = isNoSinkReached(this.plan, this.state) ? [NO_SINK_REACHED] : [];
    this.emit({ type: 'run.succeeded', ts, warnings });
  }

  private fail(node: PlanNode, error: NodeError): void {
    const { attempts } = this.record(node);
    this.emit({ type: 'node.failed', ts: this.now, nodeId: node.definition.id, attempt: attempts, error });
  }

  private skip(node: PlanNode, reason: SkipReason, causes: readonly SkipCause[]): void {
    this.emit({ type: 'node.skipped', ts: this.now, nodeId: node.definition.id, attempt: 0, reason, causes });
  }

  private cancelNode(index: number, ended: 'abandoned' | 'not_running'): void {
    const node = this.node(index);
    const { attempts } = this.record(node);
    this.emit({ type: 'node.cancelled', ts: this.now, nodeId: node.definition.id, attempt: attempts, ended });
  }

  /** A result counts only for the attempt that is running: a late one of an abandoned attempt is dropped. */
  private isCurrent(nodeId: string, attempt: number): boolean {
    const index = this.plan.indexOf.get(nodeId);
    if (index === undefined) return false;
    const record = nodeRecord(this.state, index);
    return record.state.status === 'RUNNING' && record.attempts === attempt;
  }

  private emit(event: RunEvent): void {
    reduce(this.plan, this.state, event);
    this.events.push(event);
  }

  private node(index: number): PlanNode {
    return this.plan.nodes[index] as PlanNode;
  }

  private record(node: PlanNode): NodeRecord {
    return nodeRecord(this.state, node.index);
  }
}

const EVERYBODY: Blame = { kind: 'all' };

function causeOf(blame: Blame, nodeId: string): InterruptionCause {
  switch (blame.kind) {
    case 'all':
      return 'crash';
    case 'suspects':
      return blame.nodeIds.has(nodeId) ? 'crash' : 'bystander';
    case 'nobody':
      return 'lost';
  }
}

function missingInputError({ definition }: PlanNode, keys: readonly string[]): NodeError {
  const named = keys.map((key) => `"${key}"`).join(', ');
  const message = `${definition.type} needs ${named}, which neither an edge nor a param of "${definition.id}" supplies`;
  return { type: 'MissingInput', message, retryable: false, attempts: 0, details: { keys } };
}
