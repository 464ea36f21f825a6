import { setTimeout as pause } from 'node:timers/promises';
import type { Dice } from '../support/dice.js';
import type { AgentServer } from './support/agent-server.js';
import { assertNone, campaign, extent } from './support/campaign.js';
import { ChaosClient } from './support/chaos-client.js';
import { conclude } from './support/conclude.js';
import { CASE_LABEL, ROUND_LABEL, integrityOf } from './support/evidence.js';
import type { Temper } from './support/agent-server.js';

const ROUNDS = extent({ short: 2, full: 10 });
const RUNS = extent({ short: 25, full: 50 });
/** Runs that are raced at once. */
const LANES = 5;
/** When the only node of a run is answered, in ms after its call; the cancel comes up to as much before or after it. */
const ANSWER_MS = 12;
/** Of ten rounds, in how many the process is killed in the middle of the races. */
const CRASH_PERCENT = 30;

/** How the last node goes, and so how the run ends if the cancel comes too late. */
const TEMPERS = ['ok', 'refused'] as const satisfies readonly Temper[];

const graphOf = (agents: AgentServer, temper: Temper): object => ({
  name: temper,
  nodes: [
    { id: 'before', type: 'agent.echo', params: { x: 1 } },
    { id: 'last', type: 'agent.fetch', params: agents.fetchParams({ node: 'last', temper, ms: ANSWER_MS }) },
  ],
  edges: [{ from: 'before', to: 'last' }],
});

interface Race {
  readonly client: ChaosClient;
  readonly agents: AgentServer;
  readonly dice: Dice;
  readonly round: string;
  readonly graphIds: readonly string[];
}

/** Starts one run, and cancels it once or more around the moment at which its last node is answered. */
async function race({ client, agents, dice, round, graphIds }: Race, index: number): Promise<void> {
  const label = `${round}-${index}`;
  const own = dice.for(label);
  const labels = { [CASE_LABEL]: label, [ROUND_LABEL]: round };
  const body = { graph_id: graphIds[own.between(0, graphIds.length - 1)], labels };
  const offsets = Array.from({ length: own.between(1, 3) }, () => own.between(0, 2 * ANSWER_MS));
  const isWatched = own.chance(20);

  const answer = await client.insist({ method: 'POST', path: '/runs', body, key: `run-${label}` });
  const { run_id: runId } = answer.body as { readonly run_id: string };
  const watching = isWatched ? client.watch(runId) : undefined;
  await agents.called(runId);
  const cancelAfter = async (ms: number): Promise<void> => {
    await pause(ms);
    await client.ask({ method: 'POST', path: `/runs/${runId}/cancel` });
  };
  await Promise.all(offsets.map(cancelAfter));
  await watching;
}

describe('cancel at the instant of completion', () => {
  campaign('one terminal status, and the answer to cancel agrees with it', 'cancel-race', async (ground) => {
    const { agents, database } = ground;
    const tally = { rounds: ROUNDS, runs: 0, kills: 0, cancelled: 0, tooLate: 0 };
    const target = await ground.start(ground.history(), { env: { EXECUTION__CANCEL_GRACE_SEC: '1' } });
    for (let index = 0; index < ROUNDS; index++) {
      const round = String(index);
      const dice = ground.dice.for(round);
      const history = ground.history(`round-${round}`);
      const client = new ChaosClient(target, history);
      const graphIds: string[] = [];
      for (const temper of TEMPERS) {
        const body = graphOf(agents, temper);
        const created = await client.insist({ method: 'POST', path: '/graphs', key: `graph-${round}-${temper}`, body });
        graphIds.push((created.body as { readonly graph_id: string }).graph_id);
      }
      const crashAt = dice.chance(CRASH_PERCENT) ? dice.between(1, RUNS) : undefined;
      const waiting = Array.from({ length: RUNS }, (_, at) => at);
      const crashes: Promise<void>[] = [];
      const lane = async (): Promise<void> => {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
          const racing = race({ client, agents, dice, round, graphIds }, next);
          if (next === crashAt) crashes.push(target.crash());
          await racing;
        }
      };
      await Promise.all(Array.from({ length: LANES }, lane));
      await Promise.all(crashes);
      tally.kills += crashes.length;

      const { violations, evidence } = await conclude({ client, target, history, agents, database, round });
      assertNone(violations);
      tally.runs += evidence.runs.length;
      const cancelled = evidence.runs.filter(({ status }) => status === 'CANCELLED').length;
      tally.cancelled += cancelled;
      tally.tooLate += evidence.runs.length - cancelled;
    }
    await target.stop('SIGTERM');
    expect(integrityOf(database)).toBe('ok');
    expect(tally.cancelled).toBeGreaterThan(0);
    expect(tally.tooLate).toBeGreaterThan(0);
    return tally;
  });
});
