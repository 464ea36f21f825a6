import {
  DEFAULT_NAMESPACE,
  type RunEvent,
  type RunId,
  type RunState,
  type RunStatus,
  encodeEvent,
  graphId,
  isTerminalRun,
  runId,
} from '../../../src/executor/core/index.js';
import type { NewcomingRun } from '../../../src/executor/engines/run-engine.js';
import { foldRun } from '../../../src/executor/run-reader.js';
import { RunFinishedError } from '../../../src/runs/runs.errors.js';
import { startByOf } from '../../../src/runs/run-starter.js';
import type { Scenario } from '../simulation.js';
import { breachesOf } from '../laws.js';
import type { RandomScenario } from '../random-scenario.js';
import { DurableStore } from './durable-store.js';
import type { DiskTurn } from './simulated-disk.js';
import { SimulatedProcess } from './simulated-process.js';
import { VirtualTime } from './virtual-time.js';

/** Something that goes wrong between two steps of the world. */
export interface Mishap {
  readonly kind: 'crash' | 'stop' | 'stall';
  /** Steps of the world since the mishap before. */
  readonly afterSteps: number;
  /** Until the next process starts. */
  readonly downtimeMs: number;
  /** How long a stop waits for attempts; how long a stalled process sleeps on beside the next. */
  readonly patienceMs: number;
  /** How far the wall clock is set back (or on) for the next process. */
  readonly clockJumpMs: number;
}

export interface ClientCall {
  readonly atMs: number;
  /** When the client asks to cancel the run, after its start; null for a client that lets it be. */
  readonly cancelAfterMs: number | null;
}

/** All that decides how a world goes. */
export interface Schedule {
  readonly scenario: RandomScenario;
  readonly clients: readonly ClientCall[];
  readonly mishaps: readonly Mishap[];
  /** One per commit, and then as many that work. */
  readonly writes: readonly DiskTurn[];
  readonly reads: readonly DiskTurn[];
  readonly maxConcurrentRuns: number;
  /** Whether another process that takes the store over fences the one before, or only meets it in the journal. */
  readonly isFenced: boolean;
}

const CLOCK_START = 10_000_000;
const PATIENCE = 60_000;
/** A client whose call failed calls again. */
const CALL_AGAIN_MS = 40;
/** What a client gives up after, in calls. */
const MAX_CALLS = 50;
/** A process that could not start, or that crashed by itself, is started again. */
const RESTART_MS = 20;

const nobody = { life: 'alive' } as const;

/** A service that dies and comes back over one durable store, with its clients, in virtual time. */
export class SimulatedWorld {
  readonly breaches: string[] = [];
  readonly store: DurableStore;
  /** Runs that a client was told are committed. */
  readonly accepted = new Set<RunId>();
  /** What each request to cancel was answered, by run. */
  readonly cancels = new Map<RunId, RunStatus>();
  steps = 0;
  /** Commits and reads that were begun, by all processes. */
  readonly diskTurns = { writes: 0, reads: 0 };
  private readonly time = new VirtualTime();
  private readonly scenario: Scenario;
  private readonly writes: DiskTurn[];
  private readonly reads: DiskTurn[];
  private readonly mishaps: Mishap[];
  private stepsToMishap: number;
  /** The one that clients reach; undefined while none is up. */
  private current: SimulatedProcess | undefined;
  private readonly processes: SimulatedProcess[] = [];
  private clockStartsAt = CLOCK_START;
  private runsMade = 0;
  private downtimeMs = RESTART_MS;

  constructor(private readonly schedule: Schedule) {
    this.scenario = schedule.scenario;
    this.store = new DurableStore(schedule.scenario.plan);
    this.writes = [...schedule.writes];
    this.reads = [...schedule.reads];
    this.mishaps = [...schedule.mishaps];
    this.stepsToMishap = this.mishaps[0]?.afterSteps ?? Infinity;
  }

  /** Lives until nothing will happen any more. */
  static async complete(schedule: Schedule): Promise<SimulatedWorld> {
    const world = new SimulatedWorld(schedule);
    world.boot();
    for (const client of schedule.clients) world.time.schedule(client.atMs, nobody, () => void world.call(client, 0));
    await quiet();
    while (await world.step());
    if (!schedule.isFenced || world.hasUnanswered) await world.bootOnceMore();
    world.judge();
    return world;
  }

  /** To what the journals fold. */
  get states(): readonly RunState[] {
    return this.store.runIds.flatMap((id) => this.store.stateOf(id) ?? []);
  }

  get journals(): readonly (readonly string[])[] {
    return this.store.runIds.map((id) => this.store.rows(id, 0, Infinity));
  }

  private async step(): Promise<boolean> {
    this.steps += 1;
    if (this.steps > PATIENCE) throw new Error('the world goes on for ever');
    this.stepsToMishap -= 1;
    if (this.stepsToMishap < 0) this.strike();
    else if (!this.time.step()) return false;
    await quiet();
    for (const process of this.processes) if (process.life === 'alive') process.witness.sawQuiet();
    return true;
  }

  private strike(): void {
    const mishap = this.mishaps[0];
    const process = this.current;
    this.stepsToMishap = 0;
    // It strikes whoever comes up next.
    if (mishap === undefined || process?.engine.phase !== 'running') {
      if (!this.time.step()) this.stepsToMishap = Infinity;
      return;
    }
    this.mishaps.shift();
    this.stepsToMishap = this.mishaps[0]?.afterSteps ?? Infinity;
    this.clockStartsAt += mishap.clockJumpMs;
    if (mishap.kind !== 'stall') this.downtimeMs = mishap.downtimeMs;
    if (mishap.kind === 'crash') {
      process.kill();
    } else if (mishap.kind === 'stop') {
      void this.stop(process, mishap);
    } else {
      this.stall(process, mishap);
    }
  }

  private async stop(process: SimulatedProcess, { patienceMs }: Mishap): Promise<void> {
    await process.engine.stop(patienceMs);
    if (process.life !== 'alive') return;
    const left = process.leftovers().filter((what) => !what.endsWith('commits left'));
    for (const what of left) process.witness.breach('stop', what);
    process.kill();
  }

  /** The process sleeps, another takes its place, and it wakes up beside that. */
  private stall(process: SimulatedProcess, { patienceMs, downtimeMs }: Mishap): void {
    process.life = 'stalled';
    this.current = undefined;
    this.time.schedule(downtimeMs, nobody, () => this.boot());
    this.time.schedule(downtimeMs + patienceMs, nobody, () => {
      if (process.life === 'stalled') process.life = 'alive';
    });
  }

  private boot(): void {
    const name = `process ${this.processes.length + 1}`;
    const process: SimulatedProcess = new SimulatedProcess({
      name,
      time: this.time,
      store: this.store,
      scenario: this.scenario,
      turns: {
        nextWrite: () => {
          this.diskTurns.writes += 1;
          return this.writes.shift() ?? WORKS;
        },
        nextRead: () => {
          this.diskTurns.reads += 1;
          return this.reads.shift() ?? WORKS;
        },
      },
      breaches: this.breaches,
      clockStartsAt: this.clockStartsAt,
      maxConcurrentRuns: this.schedule.maxConcurrentRuns,
      onCrash: () => this.onDeath(process),
    });
    this.processes.push(process);
    this.current = process;
    if (this.schedule.isFenced) this.store.fenceFor(name);
    process.engine.start().catch(() => process.kill());
  }

  private onDeath(process: SimulatedProcess): void {
    if (this.current !== process) return;
    this.current = undefined;
    this.time.schedule(this.downtimeMs, nobody, () => this.boot());
    this.downtimeMs = RESTART_MS;
  }

  /** A run whose commit was reported as failed and yet happened: nobody takes it up before a process starts. */
  private get hasUnanswered(): boolean {
    return this.store.unfinished().some((id) => !this.accepted.has(id));
  }

  /** Without a lease a run may be left to a process that dropped it for another that is gone: the next one takes it. */
  private async bootOnceMore(): Promise<void> {
    for (const process of this.processes) process.life = 'dead';
    this.boot();
    await quiet();
    while (await this.step());
  }

  private async call(client: ClientCall, times: number): Promise<void> {
    const process = this.current;
    const again = (): void => {
      if (times < MAX_CALLS) this.time.schedule(CALL_AGAIN_MS, nobody, () => void this.call(client, times + 1));
    };
    if (process?.engine.phase !== 'running') {
      again();
      return;
    }
    // A client whose server is gone hears nothing: it calls again, too, and gets another run.
    try {
      const id = await this.start(process);
      const { cancelAfterMs } = client;
      if (cancelAfterMs !== null) this.time.schedule(cancelAfterMs, nobody, () => void this.cancel(id, 0));
    } catch {
      again();
    }
  }

  /** As `POST /runs` does. */
  private async start({ journal, bus, engine, clock, witness }: SimulatedProcess): Promise<RunId> {
    const { plan, settings, input } = this.scenario;
    this.runsMade += 1;
    const id = runId(`r_${String(this.runsMade).padStart(26, '0')}`);
    const now = clock.now();
    const place = { graphId: graphId('g_test'), graphVersion: 1 };
    const queued: RunEvent = { type: 'run.queued', ts: now, ...place, input, settings };
    const entries = [encodeEvent(queued, 1, 0)];
    const run = {
      runId: id,
      namespace: DEFAULT_NAMESPACE,
      ...place,
      graphName: 'test',
      labels: {},
      createdAt: now,
      inputJson: JSON.stringify(input),
    };
    const create: NewcomingRun['create'] = async (begun) => {
      await journal.create({ ...run, projection: begun?.run }, [...entries, ...(begun?.entries ?? [])]);
      this.accepted.add(id);
      bus.publish({ runId: id, namespace: DEFAULT_NAMESPACE, entries });
    };
    const fold = (): ReturnType<typeof foldRun> => {
      const folded = foldRun(plan, [queued]);
      witness.sawHandedOut(id, folded.state);
      return folded;
    };
    const startBy = startByOf(settings, now);
    await engine.launch({ runId: id, namespace: DEFAULT_NAMESPACE, startBy, fold, create });
    return id;
  }

  /** As `POST /runs/{run_id}/cancel` does. */
  private async cancel(id: RunId, times: number): Promise<void> {
    const process = this.current;
    try {
      if (process === undefined) throw new Error('connection refused');
      const { status } = await process.service.cancel(DEFAULT_NAMESPACE, id);
      this.cancels.set(id, status);
    } catch (error) {
      if (error instanceof RunFinishedError) this.cancels.set(id, this.store.find(id)?.status ?? 'PENDING');
      else if (times < MAX_CALLS) this.time.schedule(CALL_AGAIN_MS, nobody, () => void this.cancel(id, times + 1));
    }
  }

  private judge(): void {
    for (const id of this.accepted) if (this.store.find(id) === undefined) this.breaches.push(`${id} was lost`);
    for (const id of this.store.runIds) {
      const entries = this.store.entries(id);
      const row = this.store.find(id);
      const state = this.store.stateOf(id);
      for (const breach of breachesOf(this.schedule.scenario, entries)) this.breaches.push(`${id}: ${breach}`);
      for (const name of this.store.strayFiles(id)) this.breaches.push(`${id}: nothing refers to its file ${name}`);
      if (row?.status !== state?.status)
        this.breaches.push(`${id}: its row says ${row?.status}, its journal ${state?.status}`);
    }
    for (const [id, answered] of this.cancels) {
      const status = this.store.find(id)?.status;
      const promised = answered === 'SUCCESS' || answered === 'FAILED' ? answered : 'CANCELLED';
      if (status !== promised) this.breaches.push(`${id}: cancel was answered ${answered}, and it is ${status}`);
    }
    for (const process of this.processes) {
      if (process.life !== 'alive') continue;
      for (const what of process.leftovers()) process.witness.breach('at the end', what);
    }
    for (const id of this.store.runIds) {
      if (!isTerminalRun(this.store.find(id)?.status ?? 'PENDING')) this.breaches.push(`${id} never ends`);
    }
  }
}

const WORKS: DiskTurn = { fate: 'works', delayMs: 1 };

/** Resolves when no promise is left that could go on by itself: ticks come after all of them. */
function quiet(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}
