import { join } from 'node:path';
import type { Dice } from '../support/dice.js';
import { waitFor } from '../support/wait-for.js';
import { assertNone, campaign, extent } from './support/campaign.js';
import { ChaosClient } from './support/chaos-client.js';
import { conclude } from './support/conclude.js';
import { type EventRow, type RunAnswer, CASE_LABEL, ROUND_LABEL, readRows } from './support/evidence.js';
import { MixedLoad } from './support/mixed-load.js';

const ROUNDS = extent({ short: 1, full: 4 });
const RUNS = extent({ short: 8, full: 30 });
/** Limits of the rounds, in turn. */
const LIMITS = [2, 3];
const POISON = 'poison';

/** A node that kills its process, beside some that only take their time. */
function poisonedGraph(dice: Dice): object {
  const beside = Array.from({ length: dice.between(1, 3) }, (_, index) => ({
    id: `beside${index}`,
    type: 'agent.delay',
    params: { seconds: dice.between(0, 4) },
  }));
  const poison = { id: 'poison', type: 'agent.poison', params: { after_ms: dice.between(0, 400) } };
  return { name: 'poison', nodes: dice.chance(50) ? [poison, ...beside] : [...beside, poison], edges: [] };
}

/** Runs that are in flight at every crash. */
const PATIENT = { name: 'patient', nodes: [{ id: 'wait', type: 'agent.delay', params: { seconds: 6 } }], edges: [] };

function crashesOf(events: readonly EventRow[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { type, run_id, node_id, data } of events) {
    if (type !== 'node.interrupted' || data?.['cause'] !== 'crash') continue;
    const node = `${run_id} ${node_id}`;
    counts.set(node, (counts.get(node) ?? 0) + 1);
  }
  return counts;
}

describe('an agent that kills its process every time', () => {
  campaign('ends FAILED, and the other runs never notice', 'poison', async (ground) => {
    let runs = 0;
    let deaths = 0;
    for (let index = 0; index < ROUNDS; index++) {
      const round = String(index);
      const limit = LIMITS[index % LIMITS.length] ?? 2;
      const dice = ground.dice.for(round);
      const history = ground.history(`round-${round}`);
      const database = join(ground.folder, `round-${round}.db`);
      const target = await ground.start(history, {
        database,
        entry: 'test/chaos/support/poisoned-service.mjs',
        env: { EXECUTION__MAX_INTERRUPTIONS: String(limit) },
      });
      target.supervise();
      const client = new ChaosClient(target, history);
      const start = async (label: string, graph: object): Promise<string> => {
        const created = await client.insist({ method: 'POST', path: '/graphs', key: `graph ${label}`, body: graph });
        const { graph_id } = created.body as { readonly graph_id: string };
        const labels = { [CASE_LABEL]: label, [ROUND_LABEL]: round };
        const body = { graph_id, labels };
        const started = await client.insist({ method: 'POST', path: '/runs', key: `run ${label}`, body });
        return (started.body as { readonly run_id: string }).run_id;
      };
      const patient = [await start('patient 1', PATIENT), await start('patient 2', PATIENT)];
      const poisoned = await start(POISON, poisonedGraph(dice));
      const load = new MixedLoad({ client, agents: ground.agents, dice, round, runs: RUNS });
      await load.drive();
      await load.settled();
      const read = async (runId: string): Promise<RunAnswer | undefined> =>
        (await client.ask({ method: 'GET', path: `/runs/${runId}` }))?.body as RunAnswer | undefined;
      const run = await waitFor(
        'the poison to fail',
        async () => {
          const answer = await read(poisoned);
          return answer?.status === 'FAILED' && answer;
        },
        60_000,
      );
      const { expected } = load;
      const { agents } = ground;
      const { violations, evidence } = await conclude({ client, target, history, agents, database, round, expected });
      assertNone(violations);

      expect(run.nodes.filter(({ status }) => status !== 'SUCCESS')).toMatchObject([
        { id: 'poison', status: 'FAILED', error: { type: 'InterruptedError', attempts: limit + 1 } },
      ]);
      for (const runId of patient) expect(await read(runId)).toMatchObject({ status: 'SUCCESS' });
      const { events } = readRows(database, round);
      // Whoever was let go together with the poison may be charged with it, but not once more than it can bear.
      for (const [node, crashes] of crashesOf(events)) expect([node, crashes <= limit]).toEqual([node, true]);
      expect(target.deaths).toBe(limit + 1);
      runs += evidence.runs.length;
      deaths += target.deaths;
      await target.stop('SIGTERM');
    }
    return { rounds: ROUNDS, runs, 'processes killed': deaths };
  });
});
