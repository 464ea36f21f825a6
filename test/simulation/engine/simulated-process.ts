import { SecretRegistry } from '../../../src/config/index.js';
import { RunCensus } from '../../../src/executor/census/index.js';
import { EmbeddedEngine } from '../../../src/executor/engines/embedded/embedded-engine.js';
import { EmbeddedEngineOptions } from '../../../src/executor/engines/embedded/embedded-engine.options.js';
import { OutputHydrator } from '../../../src/executor/outputs/index.js';
import { type LoadedRun, RunReader } from '../../../src/executor/run-reader.js';
import type { PlanCache } from '../../../src/executor/spec/index.js';
import { type RunId } from '../../../src/executor/core/index.js';
import { RunsService } from '../../../src/runs/runs.service.js';
import { diceFrom } from '../../support/dice.js';
import type { Scenario } from '../simulation.js';
import type { DurableStore } from './durable-store.js';
import { type DiskTurn, SimulatedDisk } from './simulated-disk.js';
import { SimulatedInvoker } from './simulated-invoker.js';
import { SimulatedAllRuns, SimulatedFiles, SimulatedJournal, SimulatedRuns } from './simulated-storage.js';
import { type Owner, VirtualClock, type VirtualTime } from './virtual-time.js';
import { Witness, WitnessedBus } from './witness.js';

export interface ProcessParts {
  readonly name: string;
  readonly time: VirtualTime;
  readonly store: DurableStore;
  readonly scenario: Scenario;
  readonly turns: { nextWrite(): DiskTurn; nextRead(): DiskTurn };
  readonly breaches: string[];
  /** What its wall clock shows when the world begins. */
  readonly clockStartsAt: number;
  readonly maxConcurrentRuns: number;
  readonly onCrash: () => void;
}

/** One life of the service: the real engine, sessions and reader over a simulated disk, clock and agents. */
export class SimulatedProcess implements Owner {
  life: Owner['life'] = 'alive';
  readonly clock: VirtualClock;
  readonly disk: SimulatedDisk;
  readonly witness: Witness;
  readonly bus: WitnessedBus;
  readonly journal: SimulatedJournal;
  readonly engine: EmbeddedEngine;
  readonly service: RunsService;

  constructor(readonly parts: ProcessParts) {
    const { name, time, store, scenario, turns, breaches, maxConcurrentRuns } = parts;
    this.clock = new VirtualClock(time, this, parts.clockStartsAt);
    this.witness = new Witness(name, store, breaches);
    this.disk = new SimulatedDisk(time, this, turns, () => this.kill());
    this.bus = new WitnessedBus(this.witness);
    this.journal = new SimulatedJournal(store, this.disk, this.witness);
    const { bus, journal, clock, witness } = this;
    const allRuns = new SimulatedAllRuns(store, this.disk);
    const outputs = new OutputHydrator(new SimulatedFiles(store, this.disk));
    const reader = new WitnessedReader(allRuns, journal, plansOf(scenario), outputs, witness);
    const invoker = new SimulatedInvoker({ time, owner: this, store, witness, agents: scenario.agents });
    const jitter = diceFrom(`jitter of ${name}`);
    const options = new EmbeddedEngineOptions({ maxConcurrentRuns }, {}, new SecretRegistry(), jitter);
    const census = new RunCensus({ agent: () => undefined });
    this.engine = new EmbeddedEngine(allRuns, journal, reader, bus, invoker, clock, census, options);
    const runs = new SimulatedRuns(store, this.disk);
    this.service = new RunsService(runs, journal, reader, this.engine, bus, outputs);
  }

  /** The process dies at once, and all that it had not stored with it. */
  kill(): void {
    if (this.life === 'dead') return;
    this.life = 'dead';
    this.parts.time.bury(this);
    this.parts.onCrash();
  }

  /** What a process with nothing to do must not hold; empty when all is well. */
  leftovers(): readonly string[] {
    const { liveRuns, queuedRuns } = this.engine;
    const counts = {
      'live runs': liveRuns,
      'queued runs': queuedRuns,
      timers: this.clock.pending,
      attempts: this.witness.openAttempts,
      commits: this.disk.isIdle ? 0 : 1,
    };
    return Object.entries(counts).flatMap(([what, count]) => (count === 0 ? [] : [`${count} ${what} left`]));
  }
}

/** Tells the witness in which state each session begins to live. */
class WitnessedReader extends RunReader {
  constructor(
    runs: SimulatedAllRuns,
    journal: SimulatedJournal,
    plans: PlanCache,
    outputs: OutputHydrator,
    private readonly witness: Witness,
  ) {
    super(runs, journal, plans, outputs);
  }

  override async load(runId: RunId): Promise<LoadedRun | undefined> {
    const folded = await super.load(runId);
    if (folded !== undefined) this.witness.sawHandedOut(runId, folded.state);
    return folded;
  }
}

/** The one plan of the scenario, whatever is asked for. */
function plansOf({ plan }: Scenario): PlanCache {
  const graph = { name: 'test', plan, options: undefined };
  const plans: Pick<PlanCache, 'get' | 'withParams'> = {
    get: () => Promise.resolve(graph),
    withParams: () => plan,
  };
  return plans as PlanCache;
}
