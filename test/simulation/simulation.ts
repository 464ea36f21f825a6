import {
  type AttemptFailure,
  type GatheredInput,
  type GraphPlan,
  type Json,
  type RunEvent,
  type RunInput,
  type RunSettings,
  type UpstreamOutcome,
  gatherInput,
  isTerminalRun,
  upstreamOutcomes,
} from '../../src/executor/core/index.js';
import type { JournalTape } from '../support/journal-tape.js';
import { LiveRun, type RetryAsked } from '../support/live-run.js';
import { Agenda } from './agenda.js';

/** What an agent is called with. */
export interface Call {
  readonly nodeId: string;
  /** Counts from 1; an attempt that was interrupted is made again under the same number. */
  readonly tryNumber: number;
  readonly gathered: GatheredInput;
  readonly upstream: Readonly<Record<string, UpstreamOutcome>>;
}

/** How one attempt goes. */
export interface Performance {
  readonly durationMs: number;
  readonly end:
    | { readonly kind: 'success'; readonly output: Json }
    | { readonly kind: 'failure'; readonly failure: AttemptFailure; readonly random: number };
  /** How long it goes on after its signal fired; null for an agent that ignores the signal. */
  readonly stopsAfterMs: number | null;
}

/** Must answer the same to the same call, as a recovered run calls again. */
export type Agents = (call: Call) => Performance;

export interface Scenario {
  readonly plan: GraphPlan;
  readonly settings: RunSettings;
  readonly input: Json;
  readonly agents: Agents;
  /** How long the run waits in the queue. */
  readonly takenAtMs: number;
  /** When a client asks to cancel; null when none does. */
  readonly cancelAtMs: number | null;
}

export interface Crash {
  /** Rows of the journal that are left. */
  readonly keep: number;
  /** From the last row that is left to the take-over; negative when the clocks of two machines differ. */
  readonly downtimeMs: number;
}

type Unstamped<T> = T extends unknown ? Omit<T, 'now'> : never;

/** A run under a virtual clock: what a session does, without I/O. The same scenario gives the same journal. */
export class Simulation {
  private readonly agenda = new Agenda<Unstamped<RunInput>>();
  private readonly told = new Set<string>();

  private constructor(
    private readonly scenario: Scenario,
    readonly run: LiveRun,
  ) {}

  /** Lives through a run from its queueing to its end. */
  static complete(scenario: Scenario): Simulation {
    const run = LiveRun.queuedPlan(scenario.plan, scenario.settings, scenario.input);
    const simulation = new Simulation(scenario, run);
    simulation.agenda.add(scenario.takenAtMs, { type: 'taken' });
    return simulation.toEnd();
  }

  /** Retries an ended run and lives through the retry to its end. */
  static retry(scenario: Scenario, past: Pick<Simulation, 'run'>, asked: RetryAsked = {}): Simulation {
    const run = LiveRun.retryOf(past.run, asked);
    const simulation = new Simulation({ ...scenario, plan: run.plan }, run);
    simulation.agenda.add(run.now + scenario.takenAtMs, { type: 'taken' });
    return simulation.toEnd();
  }

  /** Takes over what a crash left of a journal and lives on to the end. */
  static recover(scenario: Scenario, tape: JournalTape, { keep, downtimeMs }: Crash): Simulation {
    const left = tape.cut(keep);
    const now = Math.max(0, (left.entries().at(-1)?.ts ?? 0) + downtimeMs);
    const run = new LiveRun({ plan: scenario.plan, tape: left, state: left.fold(scenario.plan), now });
    const simulation = new Simulation(scenario, run);
    // Before anything else, also where a deadline has passed meanwhile: no session does more until it has taken its run.
    simulation.perform(run.feed({ type: 'taken' }));
    return simulation.toEnd();
  }

  get tape(): JournalTape {
    return this.run.tape;
  }

  private toEnd(): this {
    const { cancelAtMs } = this.scenario;
    if (cancelAtMs !== null) this.agenda.add(Math.max(this.run.now, cancelAtMs), { type: 'cancel' });
    const patience = 1_000 + 100 * this.scenario.plan.nodes.length;
    for (let steps = 0; !isTerminalRun(this.run.state.status); steps++) {
      if (steps > patience) throw new Error(`the run does not end:\n${this.tape.toString()}`);
      this.step();
    }
    return this;
  }

  private step(): void {
    const deadline = this.run.deadline ?? Infinity;
    const next = Math.min(this.agenda.nextAt, deadline);
    if (next === Infinity) throw new Error(`the run waits for nothing:\n${this.tape.toString()}`);
    this.run.now = Math.max(this.run.now, next);
    const input = this.agenda.nextAt <= deadline ? this.agenda.take() : undefined;
    this.perform(this.run.feed(input ?? { type: 'tick' }));
  }

  private perform(events: readonly RunEvent[]): void {
    for (const event of events) {
      if (event.type === 'node.started' && this.isUnderWay(event.nodeId, event.attempt)) {
        this.call(event.nodeId, event.attempt);
      }
    }
    for (const index of this.run.state.running) this.tellToStop(index);
  }

  private isUnderWay(nodeId: string, attempt: number): boolean {
    const { state, attempts } = this.run.record(nodeId);
    return state.status === 'RUNNING' && attempts === attempt;
  }

  private call(nodeId: string, attempt: number): void {
    const { plan, state } = this.run;
    const node = plan.nodes[plan.indexOf.get(nodeId) ?? -1];
    if (node === undefined) throw new TypeError(`the graph has no node "${nodeId}"`);
    const { durationMs, end } = this.scenario.agents({
      nodeId,
      tryNumber: attempt - this.run.record(nodeId).interruptions,
      gathered: gatherInput(plan, state, node),
      upstream: upstreamOutcomes(plan, state, node),
    });
    this.agenda.add(this.run.now + durationMs, endOf(nodeId, attempt, end));
  }

  /** An attempt that was told to stop and does so fails early; its planned end still comes, and must be dropped. */
  private tellToStop(index: number): void {
    const id = this.scenario.plan.nodes[index]?.definition.id ?? '';
    const { aborting, attempts, interruptions } = this.run.record(id);
    const attempt = `${id} ${attempts}`;
    if (!aborting || this.told.has(attempt)) return;
    this.told.add(attempt);
    const call = { nodeId: id, tryNumber: attempts - interruptions, gathered: { input: {}, params: {} }, upstream: {} };
    const { stopsAfterMs } = this.scenario.agents(call);
    if (stopsAfterMs === null) return;
    const failure = { type: 'AbortError', message: 'told to stop', retryable: true };
    this.agenda.add(this.run.now + stopsAfterMs, endOf(id, attempts, { kind: 'failure', failure, random: 0 }));
  }
}

function endOf(nodeId: string, attempt: number, end: Performance['end']): Unstamped<RunInput> {
  return end.kind === 'success'
    ? { type: 'attempt_succeeded', nodeId, attempt, output: end.output }
    : { type: 'attempt_failed', nodeId, attempt, failure: end.failure, random: end.random };
}
