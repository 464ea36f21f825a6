import { waitFor } from '../support/wait-for.js';
import { STATUS_OF_END } from './checks/terminal.js';
import { assertNone, campaign, extent } from './support/campaign.js';
import { ChaosClient, type StreamEnd } from './support/chaos-client.js';
import type { ChaosProcess } from './support/chaos-process.js';
import { conclude } from './support/conclude.js';
import { type Evidence, integrityOf } from './support/evidence.js';
import type { History } from './support/history.js';
import { MixedLoad } from './support/mixed-load.js';

const ROUNDS = extent({ short: 3, full: 20 });
const RUNS = extent({ short: 10, full: 40 });
const MOST_CALLS = 30;
/** Until the signal has been seen, on a busy machine; the grace is much longer. */
const AT_ONCE_MS = 2_000;
/** What a process may take beyond its grace to write what is left and to exit, on a busy machine. */
const EXIT_SLACK_MS = 15_000;

/** How the attempts behave that are under way at the signal: they go on as ever, wait and then end within the grace, or outlast it. */
const WAYS = [
  { way: 'free', graceSec: 5 },
  { way: 'held', graceSec: 30 },
  { way: 'outlasting', graceSec: 1 },
] as const;

/** What is wrong with how the server treated a stream. */
function streamFaults({ runId, how, comments, types }: StreamEnd): string[] {
  if (how === 'refused') return [];
  if (how === 'broken') return [`the stream of ${runId} broke without a word`];
  const hasEnded = types.some((type) => type in STATUS_OF_END);
  if (hasEnded !== types.includes('stream.end')) return [`the stream of ${runId}: ${types.join(', ')}`];
  return hasEnded || comments.includes('reconnect') ? [] : [`the stream of ${runId} was not told to reconnect`];
}

const wasToldToReconnect = ({ comments }: StreamEnd): boolean => comments.includes('reconnect');

/** Opens a stream and resolves when it has shown something. */
async function watchUntilShown(client: ChaosClient, history: History, runId: string) {
  const from = history.lines.length;
  const end = client.watch(runId);
  await waitFor('the stream to show the run', () =>
    history.lines.slice(from).some((line) => line.kind === 'event' && line.runId === runId),
  );
  return { end };
}

/** From the signal on, readiness is off and nothing new is taken, while what is under way goes on. */
async function expectDraining(client: ChaosClient): Promise<void> {
  const ask = (method: string, path: string) => client.ask({ method, path, ...(method === 'POST' && { body: {} }) });
  await waitFor('readiness to be off', async () => (await ask('GET', '/health/ready'))?.status === 503, AT_ONCE_MS);
  const start = { method: 'POST', path: '/runs', body: { graph_id: 'g_00000000000000000000000000' } };
  expect(await client.ask(start)).toMatchObject({ status: 503, body: { type: '/problems/shutting-down' } });
  expect(await ask('GET', '/health/ready')).toMatchObject({ status: 503 });
  expect(await ask('GET', '/health/live')).toMatchObject({ status: 200 });
}

async function expectExit(stopping: Promise<number | null>, graceSec: number): Promise<void> {
  const exits: (number | null)[] = [];
  void stopping.then((code) => exits.push(code));
  await waitFor('the process to exit', () => exits.length > 0, graceSec * 1_000 + EXIT_SLACK_MS);
  expect(exits).toEqual([0]);
}

function interruptionsIn({ events }: Evidence): Evidence['events'] {
  return events.filter(({ type }) => type === 'node.interrupted');
}

describe('SIGTERM under load', () => {
  campaign('stops in order within the grace, and everything goes on afterwards', 'sigterm', async (ground) => {
    const { agents, database } = ground;
    const tally = { rounds: ROUNDS, runs: 0, stops: 0, reconnects: 0, interrupted: 0 };

    const stopUnderLoad = async (target: ChaosProcess, load: MixedLoad, history: History, round: number) => {
      const { way, graceSec } = WAYS[round % WAYS.length] ?? WAYS[0];
      const client = new ChaosClient(target, history);
      if (way !== 'free') agents.shut();
      const heldRun = await load.startAnother('watched');
      await agents.called(heldRun);
      const watching = await watchUntilShown(client, history, heldRun);
      const stopping = target.stop('SIGTERM');
      if (way === 'held') {
        await expectDraining(client);
        agents.open();
      }
      await expectExit(stopping, graceSec);
      agents.open();
      return watching.end;
    };

    for (let index = 0; index < ROUNDS; index++) {
      const round = String(index);
      const dice = ground.dice.for(round);
      const { way, graceSec } = WAYS[index % WAYS.length] ?? WAYS[0];
      const history = ground.history(`round-${round}`);
      const target = await ground.start(history, { env: { SHUTDOWN_GRACE_SEC: String(graceSec) } });
      const client = new ChaosClient(target, history);
      const load = new MixedLoad({ client, agents, dice, round, runs: RUNS });
      const enough = agents.afterCalls(dice.between(1, MOST_CALLS));
      const driving = load.drive();
      await enough;
      const watched = await stopUnderLoad(target, load, history, index);
      await target.start();
      await driving;

      const { expected } = load;
      const { violations, evidence } = await conclude({ client, target, history, agents, database, round, expected });
      await load.settled();
      const streams = [watched, ...(await Promise.all(load.streams))];
      assertNone([...violations, ...streams.flatMap(streamFaults)]);
      const interruptions = interruptionsIn(evidence);
      expect(interruptions.filter(({ data }) => data?.['cause'] !== 'shutdown')).toEqual([]);
      if (way === 'held') expect(interruptions).toEqual([]);
      if (way === 'outlasting') expect(interruptions).not.toEqual([]);
      if (way !== 'free') expect(wasToldToReconnect(watched)).toBe(true);
      tally.stops += 1;
      tally.runs += evidence.runs.length;
      tally.reconnects += streams.filter(wasToldToReconnect).length;
      tally.interrupted += interruptions.length;
      expect(await target.stop('SIGTERM')).toBe(0);
    }
    expect(integrityOf(database)).toBe('ok');
    return tally;
  });
});
