import {
  type Blame,
  type SuspectInFlight,
  SuspectQueue,
  chargedSuspects,
  epochMs,
  isLastChance,
  isTerminalRun,
  suspectsInFlight,
} from '../../src/executor/core/index.js';
import { graph, node } from '../support/graph-builder.js';
import { LiveRun } from '../support/live-run.js';

/** How long each attempt of each node takes, run by run; whatever is `poison` kills the process after that time instead. */
export interface PoisonScenario {
  readonly runs: readonly (readonly { readonly durationMs: number; readonly isPoison: boolean }[])[];
  readonly maxInterruptions: number;
}

interface Attempt {
  readonly run: number;
  readonly node: string;
  readonly endsAt: number;
  readonly isPoison: boolean;
}

/** From the death of a process to the start of the next, in milliseconds. */
const DOWNTIME_MS = 50;
const PATIENCE = 200;

const nodeName = (index: number): string => `n${index}`;

/** Several runs in one process that dies again and again, under a virtual clock: what an engine does, without I/O. */
export class PoisonedProcess {
  private now = 0;
  crashes = 0;

  private constructor(
    private readonly scenario: PoisonScenario,
    readonly runs: LiveRun[],
  ) {}

  /** Lives on until every run has ended. */
  static complete(scenario: PoisonScenario): PoisonedProcess {
    const runs = scenario.runs.map((nodes) => {
      const names = nodes.map((_, index) => node(nodeName(index)));
      return LiveRun.queued(graph(names), { maxInterruptions: scenario.maxInterruptions, concurrency: names.length });
    });
    const process = new PoisonedProcess(scenario, runs);
    while (!process.isOver) {
      if (process.crashes > PATIENCE) throw new Error('the process never stops dying');
      process.live();
    }
    return process;
  }

  statusOf(run: number, index: number): string {
    return this.runs[run]?.node(nodeName(index)).status ?? 'unknown';
  }

  private get isOver(): boolean {
    return this.runs.every((run) => isTerminalRun(run.state.status));
  }

  /** One life of the process, to its death or to the end of all runs. */
  private live(): void {
    const blames = this.inquest();
    const queue = new SuspectQueue(epochMs(this.now));
    for (const [index, run] of this.runs.entries()) {
      const next = run.reloaded();
      next.now = this.now;
      this.runs[index] = next;
      next.feed({ type: 'taken', blame: blames(index), holdsSuspects: true });
    }
    const asked = new Set<string>();
    const attempts = new Map<string, Attempt>();
    while (!this.isOver) {
      this.collect(attempts, asked, queue);
      const next = [...attempts.values()].sort((a, b) => a.endsAt - b.endsAt)[0];
      const admitAt = queue.nextAt ?? Infinity;
      if (next !== undefined && next.endsAt < admitAt) {
        this.now = Math.max(this.now, next.endsAt);
        if (next.isPoison) break;
        const key = `${next.run} ${next.node}`;
        attempts.delete(key);
        asked.delete(key);
        this.at(next.run).succeed(next.node);
        queue.remove(key);
      } else {
        if (admitAt === Infinity) throw new Error('the runs wait for nothing');
        this.now = Math.max(this.now, admitAt);
        for (const key of queue.admit(epochMs(this.now))) {
          const [run = '', nodeId = ''] = key.split(' ');
          this.at(Number(run)).feed({ type: 'admit', nodeId });
        }
      }
    }
    if (this.isOver) return;
    this.crashes += 1;
    this.now += DOWNTIME_MS;
  }

  /** Begins the attempts that were started, and asks for those that are held. */
  private collect(attempts: Map<string, Attempt>, asked: Set<string>, queue: SuspectQueue): void {
    for (const [run, live] of this.runs.entries()) {
      for (const index of live.state.running) {
        const key = `${run} ${nodeName(index)}`;
        if (attempts.has(key)) continue;
        const { durationMs, isPoison } = this.scenario.runs[run]?.[index] ?? { durationMs: 0, isPoison: false };
        attempts.set(key, { run, node: nodeName(index), endsAt: this.now + durationMs, isPoison });
      }
      for (const index of live.state.held) {
        const key = `${run} ${nodeName(index)}`;
        if (asked.has(key)) continue;
        asked.add(key);
        const record = live.record(nodeName(index));
        queue.push({ key, crashes: record.crashes, isLastChance: isLastChance(live.state, record) });
      }
    }
  }

  /** As an engine does it when it starts. */
  private inquest(): (run: number) => Blame {
    const inFlight: (SuspectInFlight & { readonly run: number })[] = [];
    for (const [index, run] of this.runs.entries()) {
      for (const suspect of suspectsInFlight(run.plan, run.reloaded().state)) inFlight.push({ run: index, ...suspect });
    }
    if (inFlight.length === 0) return () => ({ kind: 'all' });
    const charged = chargedSuspects(inFlight);
    return (run) => ({
      kind: 'suspects',
      nodeIds: new Set(charged.filter((suspect) => suspect.run === run).map(({ nodeId }) => nodeId)),
    });
  }

  private at(run: number): LiveRun {
    const live = this.runs[run];
    if (live === undefined) throw new TypeError(`there is no run ${run}`);
    live.now = this.now;
    return live;
  }
}
