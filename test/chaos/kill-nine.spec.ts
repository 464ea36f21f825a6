import { setTimeout as pause } from 'node:timers/promises';
import type { Dice } from '../support/dice.js';
import { outputRefOf } from './checks/outputs.js';
import type { AgentServer } from './support/agent-server.js';
import { assertNone, campaign, extent } from './support/campaign.js';
import { ChaosClient } from './support/chaos-client.js';
import type { ChaosProcess } from './support/chaos-process.js';
import { allEnded, conclude } from './support/conclude.js';
import { integrityOf } from './support/evidence.js';
import { MixedLoad } from './support/mixed-load.js';

const ROUNDS = extent({ short: 2, full: 50 });
const RUNS = extent({ short: 12, full: 40 });
/** Crashes of one round, and the calls of agents between two of them. */
const MOST_CRASHES = 3;
const MOST_CALLS = extent({ short: 20, full: 60 });

/** Attempts that a crash cut off are run again however often that is: here the process dies more often than it may. */
const ENV = { EXECUTION__MAX_INTERRUPTIONS: '1000' };
/** When a process that is killed during its start dies: from loading its modules to its first runs. */
const LEAST_START_MS = 200;
const MOST_START_MS = 1_500;

interface PlannedCrash {
  /** Comes with this call after the one before, and so many ms later. */
  readonly calls: number;
  readonly ms: number;
  readonly abortedStarts: readonly number[];
}

/** Kills the process at the arrival of a random call or a moment after it, some times in a row. */
class Crashes {
  /** How often it did. */
  made = 0;
  private readonly planned: PlannedCrash[];
  private last = Promise.resolve();
  private isStopped = false;

  constructor(
    private readonly target: ChaosProcess,
    private readonly agents: AgentServer,
    dice: Dice,
  ) {
    this.planned = Array.from({ length: dice.between(1, MOST_CRASHES) }, () => ({
      calls: dice.between(1, MOST_CALLS),
      ms: dice.chance(50) ? 0 : dice.between(1, 25),
      abortedStarts: dice.chance(30) ? [dice.between(LEAST_START_MS, MOST_START_MS)] : [],
    }));
    this.arm();
  }

  /** Resolves when the last one is over and the process is up again. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.agents.onCall = () => undefined;
    await this.last;
  }

  private arm(): void {
    const next = this.planned.shift();
    let calls = 0;
    this.agents.onCall = () => {
      calls += 1;
      if (calls !== next?.calls) return;
      this.last = this.crash(next);
      // A process that does not come up again is reported by `stop`, and to whoever asks it.
      this.last.catch(() => undefined);
    };
  }

  private async crash({ ms, abortedStarts }: PlannedCrash): Promise<void> {
    if (ms > 0) await pause(ms);
    this.made += 1 + abortedStarts.length;
    await this.target.crash(abortedStarts);
    if (!this.isStopped) this.arm();
  }
}

describe('kill -9 at random moments', () => {
  campaign('every acknowledged run ends as it would have without the crash', 'kill-nine', async (ground) => {
    let runs = 0;
    let crashes = 0;
    let large = 0;
    const target = await ground.start(ground.history(), { env: ENV });
    for (let index = 0; index < ROUNDS; index++) {
      const round = String(index);
      const history = ground.history(`round-${round}`);
      const client = new ChaosClient(target, history);
      const { agents, database } = ground;
      const dice = ground.dice.for(round);
      const load = new MixedLoad({ client, agents, dice, round, runs: RUNS, cancelled: 10 });
      const crashing = new Crashes(target, agents, dice.for('crashes'));
      await load.drive();
      await allEnded(target, round);
      await crashing.stop();
      await load.settled();
      crashes += crashing.made;
      const { expected } = load;
      const { violations, evidence } = await conclude({ client, target, history, agents, database, round, expected });
      assertNone(violations);
      runs += evidence.runs.length;
      large += evidence.events.filter((event) => outputRefOf(event) !== undefined).length;
    }
    await target.stop('SIGTERM');
    expect(integrityOf(ground.database)).toBe('ok');
    expect(crashes).toBeGreaterThan(0);
    expect(large).toBeGreaterThan(0);
    return { rounds: ROUNDS, runs, kills: crashes, 'large outputs': large };
  });
});
