import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Dice } from '../../../support/dice.js';
import { postgresFolder } from '../../../support/postgres-binaries.js';
import { hasRedisServer } from '../../../support/private-redis.js';
import { describeWithPrograms } from '../../../support/services.js';
import type { AgentServer } from '../../support/agent-server.js';
import { type Ground, type Tally, assertNone, campaign, extent } from '../../support/campaign.js';
import { ChaosClient } from '../../support/chaos-client.js';
import { allEnded, conclude } from '../../support/conclude.js';
import type { Evidence } from '../../support/evidence.js';
import type { History } from '../../support/history.js';
import { MixedLoad } from '../../support/mixed-load.js';
import { longestTakeoverMs, queueTimings } from '../../../../src/executor/engines/bullmq/queue/queue-timings.js';
import { ChaosFleet } from './chaos-fleet.js';
import { BACKENDS, type Backend, FleetServers } from './fleet-servers.js';
import { type Death, type Takeover, quantile, takeoversAfter } from './takeovers.js';

const MEMBERS = 3;
const ROUNDS = extent({ short: 1, full: 3 });
/** Of one round. */
const RUNS = extent({ short: 12, full: 60 });

/** In the long form as they come, which is what is measured; else shorter: a test has no time. */
const LOCK_SEC = extent({ short: 2, full: 6 });
const STALLED_CHECK_SEC = extent({ short: 0.5, full: 2 });
export const LOCK_MS = LOCK_SEC * 1_000;
const LOCKED_MS = longestTakeoverMs(queueTimings(LOCK_SEC, STALLED_CHECK_SEC));
/** What a takeover may take beyond its lock, to read a run and to commit: a machine that runs all tests at once is slow. */
const SLACK_MS = extent({ short: 15_000, full: 2_000 });

const ENV = {
  // Attempts are cut off more often than they may be.
  EXECUTION__MAX_INTERRUPTIONS: '1000',
  QUEUE__LOCK_SEC: String(LOCK_SEC),
  QUEUE__STALLED_CHECK_SEC: String(STALLED_CHECK_SEC),
  QUEUE__SWEEP_SEC: '1',
  SHUTDOWN_GRACE_SEC: '1',
  // Until a server that says nothing is taken for one that is away.
  DATABASE__CONNECTION_TIMEOUT: '3',
};

/** One round: a fleet under load, and all there is to break. */
export interface Arena {
  readonly fleet: ChaosFleet;
  readonly servers: FleetServers;
  readonly agents: AgentServer;
  readonly history: History;
  readonly dice: Dice;
  /** Resolves with true when `count` more calls of agents have arrived; with false if every run has ended before that. */
  calls(count: number): Promise<boolean>;
}

/** What was done in a round, and how it is judged beyond the promises that hold for every run. */
export interface Trouble {
  /** How often it was made. */
  readonly times: number;
  /** More of it for the summary. */
  readonly counts?: Tally;
  /** Processes that were killed: what they held has to go on within the time of its locks. */
  readonly deaths?: readonly Death[];
  /** Violations that the trouble itself explains are taken out, what it found is put in. */
  readonly judge?: (violations: readonly string[], evidence: Evidence) => readonly string[];
}

/** One way to break things. */
export interface Troublemaker {
  readonly name: string;
  /** Where the short form has it; the long one has it on all. */
  readonly shortOn: readonly Backend[];
  /** Runs of one round, where it takes longer than others. */
  readonly runs?: number;
  /** Breaks things while the load is on; resolves when all is whole again. */
  readonly disturb: (arena: Arena) => Promise<Trouble>;
}

/**
 * A Jest test for each backend: three processes, rounds of mixed load in each of which somebody else breaks things. The tally
 * is printed in the long form.
 */
export function fleetCampaigns(troublemakers: readonly Troublemaker[]): void {
  const missing = postgresFolder() === undefined ? 'PostgreSQL' : hasRedisServer() ? undefined : 'Redis';
  describeWithPrograms(missing, 'a fleet of three processes in which things break', () => {
    for (const backend of BACKENDS) {
      const chosen = extent({
        short: troublemakers.filter(({ shortOn }) => shortOn.includes(backend)),
        full: troublemakers,
      });
      campaign(`ends every accepted run as it should, with its queue in ${backend}`, `fleet-${backend}`, (ground) =>
        new Campaigner(ground, backend, chosen).run(),
      );
    }
  });
}

class Campaigner {
  private readonly takeoverMs: number[] = [];

  constructor(
    private readonly ground: Ground,
    private readonly backend: Backend,
    private readonly troublemakers: readonly Troublemaker[],
  ) {}

  async run(): Promise<Tally> {
    const servers = await FleetServers.start(this.backend);
    this.ground.own(servers);
    const fleet = await this.startFleet(servers);
    let tally: Tally = { rounds: 0, runs: 0 };
    for (let index = 0; index < ROUNDS; index++) {
      for (const troublemaker of this.troublemakers) {
        tally = added(tally, await this.round(fleet, servers, troublemaker, `${troublemaker.name} ${index}`));
      }
    }
    for (const { name } of this.troublemakers) expect([name, tally[name]]).not.toEqual([name, 0]);
    const ms = (share: number): number => Math.round(quantile(this.takeoverMs, share));
    return { ...tally, takeovers: this.takeoverMs.length, 'ms takeover p50': ms(0.5), 'ms takeover max': ms(1) };
  }

  private async startFleet(servers: FleetServers): Promise<ChaosFleet> {
    const history = this.ground.history('processes');
    const starts = Array.from({ length: MEMBERS }, async (_, index) => {
      const ways = await servers.ways();
      const consoleFile = join(this.ground.folder, `process-${index}.log`);
      return this.ground.start(history, { consoleFile, env: { ...ENV, ...ways } });
    });
    // Those that did start are the ground's by now, whatever became of the others.
    await Promise.allSettled(starts);
    return new ChaosFleet(await Promise.all(starts), this.ground.dice.for('routes'));
  }

  private async round(
    fleet: ChaosFleet,
    servers: FleetServers,
    { name, runs = RUNS, disturb }: Troublemaker,
    round: string,
  ) {
    const { ground } = this;
    const { agents } = ground;
    const history = ground.history(labelOf(round));
    const client = new ChaosClient(fleet, history);
    const dice = ground.dice.for(round);
    const load = new MixedLoad({ client, agents, dice, round: labelOf(round), runs, cancelled: 10 });
    const over = load.drive().then(() => allEnded(fleet, labelOf(round)));
    over.catch(() => undefined);
    const calls = (count: number): Promise<boolean> =>
      Promise.race([agents.afterCalls(count).then(() => true), over.then(() => false)]);
    const trouble = await disturb({ fleet, servers, agents, history, dice: dice.for('trouble'), calls });
    await over;
    await load.settled();
    const { database } = servers;
    const { expected } = load;
    const about = { client, target: fleet, history, agents, database, round: labelOf(round), expected };
    const { violations, evidence } = await conclude(about);
    const takeovers = takeoversAfter(trouble.deaths ?? [], evidence);
    this.takeoverMs.push(...takeovers.map(({ ms }) => ms));
    const judged = [...(trouble.judge?.(violations, evidence) ?? violations), ...lateOnes(takeovers)];
    if (judged.length > 0) this.keep(evidence, round);
    assertNone(judged.map((violation) => `${round}: ${violation}`));
    return { rounds: 1, runs: evidence.runs.length, [name]: trouble.times, ...trouble.counts };
  }

  /** The database goes with its server; what it held is kept beside the histories. */
  private keep({ runs, events, calls }: Evidence, round: string): void {
    const file = join(this.ground.folder, `evidence-${labelOf(round)}.json`);
    writeFileSync(file, JSON.stringify({ runs, events, calls }, undefined, 1));
  }
}

const labelOf = (round: string): string => round.replaceAll(' ', '-');

function lateOnes(takeovers: readonly Takeover[]): string[] {
  return takeovers
    .filter(({ ms }) => ms > LOCKED_MS + SLACK_MS)
    .map(({ runId, ms }) => `run ${runId}: nobody took it for ${Math.round(ms)} ms`);
}

function added(tally: Tally, counts: Tally): Tally {
  const names = new Set([...Object.keys(tally), ...Object.keys(counts)]);
  return Object.fromEntries([...names].map((name) => [name, (tally[name] ?? 0) + (counts[name] ?? 0)]));
}
