import {
  type AttemptFailure,
  type GraphDefinition,
  type GraphPlan,
  type Json,
  type JsonObject,
  type NodeRecord,
  type NodeState,
  type NodeStatus,
  type OutputRef,
  type ReusePlan,
  type RunEvent,
  type RunEventType,
  type RunInput,
  type RunQueued,
  type RunSettings,
  type RunState,
  decide,
  epochMs,
  graphId,
  nextDeadline,
  nodeRecord,
  planReuse,
  resultOf,
  runId,
  withParams,
} from '../../src/executor/core/index.js';
import { expressions, planOf, settings } from './graph-builder.js';
import { JournalTape } from './journal-tape.js';

export interface LiveRunParts {
  readonly plan: GraphPlan;
  readonly tape: JournalTape;
  readonly state: RunState;
  readonly now: number;
}

/** What a retry of a run in a test asks for. */
export interface RetryAsked {
  /** Another version of the graph. */
  readonly definition?: GraphDefinition;
  readonly from?: readonly string[];
  readonly skip?: readonly string[];
  readonly given?: Readonly<Record<string, Json>>;
  readonly input?: Json;
  readonly params?: Readonly<Record<string, JsonObject>>;
}

type EventOf<Type extends RunEventType> = Extract<RunEvent, { readonly type: Type }>;
type Unstamped<T> = T extends unknown ? Omit<T, 'now'> : never;

/** A run driven by hand: each verb is one input to the core at the virtual moment `now`, in milliseconds. */
export class LiveRun {
  readonly plan: GraphPlan;
  readonly tape: JournalTape;
  readonly state: RunState;
  now: number;

  constructor(
    { plan, tape, state, now }: LiveRunParts,
    /** 0 for a first run, one more for each retry. */
    private readonly generation = 0,
  ) {
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

  /** What a retry of an ended run would reuse. */
  static planRetry(past: LiveRun, asked: RetryAsked = {}): ReusePlan & { readonly next: LiveRun } {
    const { definition, from = [], skip = [], given = {}, input = past.state.input, params = {} } = asked;
    const plan = withParams(definition === undefined ? past.plan : planOf(definition), params, expressions);
    const pastId = runId(`r_${past.generation}`);
    const queued: RunQueued = {
      type: 'run.queued',
      ts: epochMs(past.now),
      graphId: graphId('g_test'),
      graphVersion: 1,
      input,
      settings: past.state.settings,
      retry: { retryOf: pastId, rootRunId: runId('r_0'), params, skip },
    };
    const next = { runId: runId(`r_${past.generation + 1}`), plan, queued };
    const reuse = planReuse(
      { runId: pastId, plan: past.plan, state: past.state },
      { ...next, from: new Set(from), given: new Map(Object.entries(given)), env: {} },
    );
    const tape = new JournalTape(plan.nodes.length);
    const reused = reuse.reused.map((node): RunEvent => ({
      type: 'node.reused',
      ts: queued.ts,
      attempt: 0,
      ...node,
    }));
    tape.append([queued, ...reused]);
    const run = new LiveRun({ plan, tape, state: tape.fold(plan), now: past.now }, past.generation + 1);
    return { ...reuse, next: run };
  }

  /** A retry of an ended run, waiting in the queue. */
  static retryOf(past: LiveRun, asked: RetryAsked = {}): LiveRun {
    return LiveRun.planRetry(past, asked).next;
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
  succeed(nodeId: string, output: Json = {}, ref?: OutputRef): readonly RunEvent[] {
    return this.feed({ type: 'attempt_succeeded', nodeId, attempt: this.attempt(nodeId), output, ref });
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
