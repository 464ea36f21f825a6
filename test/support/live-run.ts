import {
  type AttemptFailure,
  type GraphDefinition,
  type GraphPlan,
  type Json,
  type NodeRecord,
  type NodeState,
  type NodeStatus,
  type RunEvent,
  type RunEventType,
  type RunInput,
  type RunSettings,
  type RunState,
  decide,
  epochMs,
  graphId,
  nextDeadline,
  nodeRecord,
  resultOf,
} from '../../src/executor/core/index.js';
import { planOf, settings } from './graph-builder.js';
import { JournalTape } from './journal-tape.js';

export interface LiveRunParts {
  readonly plan: GraphPlan;
  readonly tape: JournalTape;
  readonly state: RunState;
  readonly now: number;
}

type EventOf<Type extends RunEventType> = Extract<RunEvent, { readonly type: Type }>;
type Unstamped<T> = T extends unknown ? Omit<T, 'now'> : never;

/** A run driven by hand: each verb is one input to the core at the virtual moment `now`, in milliseconds. */
export class LiveRun {
  readonly plan: GraphPlan;
  readonly tape: JournalTape;
  readonly state: RunState;
  now: number;

  constructor({ plan, tape, state, now }: LiveRunParts) {
    this.plan = plan;
    this.tape = tape;
    this.state = state;
    this.now = now;
  }

  /** A run that waits in the queue. */
  static queued(definition: GraphDefinition, given: Partial<RunSettings> = {}, input: Json = {}): LiveRun {
    return LiveRun.queuedPlan(planOf(definition), settings(given), input);
  }

  static queuedPlan(plan: GraphPlan, given: RunSettings, input: Json): LiveRun {
    const tape = new JournalTape(plan.nodes.length);
    const place = { graphId: graphId('g_test'), graphVersion: 1 };
    tape.append([{ type: 'run.queued', ts: epochMs(0), ...place, input, settings: given }]);
    return new LiveRun({ plan, tape, state: tape.fold(plan), now: 0 });
  }

  /** A run that a session has taken. */
  static started(definition: GraphDefinition, given: Partial<RunSettings> = {}, input: Json = {}): LiveRun {
    const run = LiveRun.queued(definition, given, input);
    run.take();
    return run;
  }

  /** Feeds one input and appends what follows from it. */
  feed(input: Unstamped<RunInput>): readonly RunEvent[] {
    const events = decide(this.plan, this.state, { ...input, now: epochMs(this.now) });
    this.tape.append(events);
    return events;
  }

  take(): readonly RunEvent[] {
    return this.feed({ type: 'taken' });
  }

  tick(afterMs = 0): readonly RunEvent[] {
    this.now += afterMs;
    return this.feed({ type: 'tick' });
  }

  cancel(): readonly RunEvent[] {
    return this.feed({ type: 'cancel' });
  }

  drain(): readonly RunEvent[] {
    return this.feed({ type: 'drain' });
  }

  shutdown(): readonly RunEvent[] {
    return this.feed({ type: 'shutdown' });
  }

  /** The current attempt of a node ends well. */
  succeed(nodeId: string, output: Json = {}): readonly RunEvent[] {
    return this.feed({ type: 'attempt_succeeded', nodeId, attempt: this.attempt(nodeId), output });
  }

  /** The current attempt of a node fails, for good unless `failure` says that it is retryable. */
  fail(nodeId: string, failure: Partial<AttemptFailure> = {}, random = 0): readonly RunEvent[] {
    return this.feed({
      type: 'attempt_failed',
      nodeId,
      attempt: this.attempt(nodeId),
      failure: { type: 'Broken', message: `${nodeId} broke`, retryable: false, ...failure },
      random,
    });
  }

  /** The process dies and another takes the run over; `keep` rows of the journal are left, all of them by default. */
  crash(keep = this.tape.length): LiveRun {
    const next = this.reloaded(keep);
    next.take();
    return next;
  }

  /** The run as its journal tells it, not taken yet. */
  reloaded(keep = this.tape.length): LiveRun {
    const tape = this.tape.cut(keep);
    return new LiveRun({ plan: this.plan, tape, state: tape.fold(this.plan), now: this.now });
  }

  record(nodeId: string): NodeRecord {
    const index = this.plan.indexOf.get(nodeId);
    if (index === undefined) throw new TypeError(`the graph has no node "${nodeId}"`);
    return nodeRecord(this.state, index);
  }

  node(nodeId: string): NodeState {
    return this.record(nodeId).state;
  }

  /** Why a node was skipped: its reason, then one `source: reason (root)` per cause. */
  skip(nodeId: string): readonly string[] {
    const node = this.node(nodeId);
    if (node.status !== 'SKIPPED') return [`not skipped but ${node.status}`];
    return [node.reason, ...node.causes.map(({ from, reason, root }) => `${from}: ${reason} (${root})`)];
  }

  get statuses(): Readonly<Record<string, NodeStatus>> {
    return Object.fromEntries(this.plan.nodes.map(({ definition: { id } }) => [id, this.node(id).status]));
  }

  get status(): string {
    return this.state.status;
  }

  get deadline(): number | undefined {
    return nextDeadline(this.state);
  }

  get result(): ReturnType<typeof resultOf> {
    return resultOf(this.plan, this.state);
  }

  /** Node ids in the order in which their attempts started. */
  get starts(): readonly string[] {
    return this.eventsOf('node.started').map(({ nodeId }) => nodeId);
  }

  eventsOf<Type extends RunEventType>(type: Type): EventOf<Type>[] {
    return this.tape.events().filter((event): event is EventOf<Type> => event.type === type);
  }

  private attempt(nodeId: string): number {
    return this.record(nodeId).attempts;
  }
}

/** Events as short text: the type, and the node where one applies. */
export const briefly = (events: readonly RunEvent[]): string[] =>
  events.map((event) => ('nodeId' in event ? `${event.type} ${event.nodeId}` : event.type));
