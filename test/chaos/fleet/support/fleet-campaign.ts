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
import { ChaosFleet } from './chaos-fleet.js';
import { BACKENDS, type Backend, FleetServers } from './fleet-servers.js';

const MEMBERS = 3;

/** What works in every campaign: attempts are cut off more often than they may be, and locks are short where tests are. */
const ENV = { EXECUTION__MAX_INTERRUPTIONS: '1000', QUEUE__SWEEP_SEC: '1', SHUTDOWN_GRACE_SEC: '1' };
/** Shorter than they come, so that a campaign sees many takeovers; a busy machine may give a run to two processes by it. */
export const SHORT_LOCKS = { QUEUE__LOCK_SEC: '2', QUEUE__STALLED_CHECK_SEC: '0.5' };

/** One round: a fleet under load, and all there is to break. */
export interface Arena {
  readonly fleet: ChaosFleet;
  readonly servers: FleetServers;
  readonly agents: AgentServer;
  readonly history: History;
  readonly dice: Dice;
  readonly load: MixedLoad;
  /** Resolves with true when `count` more calls of agents have arrived; with false if every run has ended before that. */
  calls(count: number): Promise<boolean>;
}

/** What was done in a round, and how it is judged beyond the promises that hold for every run. */
export interface Trouble {
  readonly counts: Tally;
  /** Violations that the trouble itself explains are taken out, what it found is put in. */
  readonly judge?: (violations: readonly string[], evidence: Evidence) => readonly string[];
}

export interface FleetCampaign {
  readonly title: string;
  readonly name: string;
  /** Where the short form has it; the long one has it on all. */
  readonly shortOn: readonly Backend[];
  readonly rounds: number;
  /** Runs of one round. */
  readonly runs: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Whether each process reaches its servers through gates. */
  readonly isGated?: boolean;
  /** Breaks things while the load is on; resolves when all is whole again. */
  readonly disturb: (arena: Arena) => Promise<Trouble>;
  /** Of the tallies of all rounds; throws if the campaign saw nothing of what it is about. */
  readonly sum?: (counts: Tally) => Tally;
}

/** A Jest test for each backend: three processes, rounds of mixed load, and somebody who breaks things. */
export function fleetCampaign(plan: FleetCampaign): void {
  const missing = postgresFolder() === undefined ? 'PostgreSQL' : hasRedisServer() ? undefined : 'Redis';
  describeWithPrograms(missing, plan.title, () => {
    for (const backend of extent<readonly Backend[]>({ short: plan.shortOn, full: BACKENDS })) {
      campaign(`with its queue in ${backend}`, `fleet-${plan.name}-${backend}`, (ground) =>
        new Campaigner(ground, backend, plan).run(),
      );
    }
  });
}

class Campaigner {
  constructor(
    private readonly ground: Ground,
    private readonly backend: Backend,
    private readonly plan: FleetCampaign,
  ) {}

  async run(): Promise<Tally> {
    const { rounds, sum } = this.plan;
    const servers = await FleetServers.start(this.backend);
    this.ground.own(servers);
    const fleet = await this.startFleet(servers);
    let tally: Tally = { rounds };
    for (let index = 0; index < rounds; index++) tally = added(tally, await this.round(fleet, servers, String(index)));
    return sum?.(tally) ?? tally;
  }

  private async startFleet(servers: FleetServers): Promise<ChaosFleet> {
    const history = this.ground.history('processes');
    const starts = Array.from({ length: MEMBERS }, async (_, index) => {
      const own = this.plan.isGated === true ? await servers.gatedEnv() : servers.env();
      const consoleFile = join(this.ground.folder, `process-${index}.log`);
      return this.ground.start(history, { consoleFile, env: { ...ENV, ...SHORT_LOCKS, ...this.plan.env, ...own } });
    });
    return new ChaosFleet(await Promise.all(starts), this.ground.dice.for('routes'));
  }

  private async round(fleet: ChaosFleet, servers: FleetServers, round: string): Promise<Tally> {
    const { ground, plan } = this;
    const { agents } = ground;
    const history = ground.history(`round-${round}`);
    const client = new ChaosClient(fleet, history);
    const dice = ground.dice.for(round);
    const load = new MixedLoad({ client, agents, dice, round, runs: plan.runs, cancelled: 10 });
    const over = load.drive().then(() => allEnded(fleet, round));
    over.catch(() => undefined);
    const calls = (count: number): Promise<boolean> =>
      Promise.race([agents.afterCalls(count).then(() => true), over.then(() => false)]);
    const trouble = await plan.disturb({ fleet, servers, agents, history, dice: dice.for('trouble'), load, calls });
    await over;
    await load.settled();
    const { database } = servers;
    const { expected } = load;
    const concluded = await conclude({ client, target: fleet, history, agents, database, round, expected });
    const { evidence } = concluded;
    const violations = trouble.judge?.(concluded.violations, evidence) ?? concluded.violations;
    if (violations.length > 0) this.keep(evidence, round);
    assertNone(violations);
    return { runs: evidence.runs.length, ...trouble.counts };
  }

  /** The database goes with its server; what it held is kept beside the histories. */
  private keep({ runs, events, calls }: Evidence, round: string): void {
    const file = join(this.ground.folder, `evidence-${round}.json`);
    writeFileSync(file, JSON.stringify({ runs, events, calls }, undefined, 1));
  }
}

function added(tally: Tally, counts: Tally): Tally {
  const names = new Set([...Object.keys(tally), ...Object.keys(counts)]);
  return Object.fromEntries([...names].map((name) => [name, (tally[name] ?? 0) + (counts[name] ?? 0)]));
}
