import { waitFor } from '../support/wait-for.js';
import { assertNone, campaign, extent } from './support/campaign.js';
import { ChaosClient, type StreamEnd } from './support/chaos-client.js';
import { conclude } from './support/conclude.js';
import { CASE_LABEL, ROUND_LABEL, integrityOf } from './support/evidence.js';
import { drawSpecimen } from './support/mixed-graphs.js';
import { MixedLoad } from './support/mixed-load.js';
import { STATUS_OF_END } from './checks/terminal.js';

const ROUNDS = extent({ short: 3, full: 20 });
const RUNS = extent({ short: 10, full: 40 });
const MOST_CALLS = 60;
/** What a process may take beyond its grace to write what is left and to exit, on a busy machine. */
const EXIT_SLACK_MS = 15_000;

/** How the attempts behave that are under way at the signal: they go on as ever, wait and end within the grace, or outlast it. */
const WAYS = [
  { way: 'free', graceSec: 5 },
  { way: 'held', graceSec: 30 },
  { way: 'outlasting', graceSec: 1 },
] as const;

/** What is wrong with a stream that a stopping process closed. */
function streamFaults({ runId, how, comments, types }: StreamEnd): string[] {
  if (how === 'refused') return [];
  if (how === 'broken') return [`the stream of ${runId} broke without a word`];
  const hasEnded = types.some((type) => type in STATUS_OF_END);
  if (hasEnded !== types.includes('stream.end')) return [`the stream of ${runId}: ${types.join(', ')}`];
  return hasEnded || comments.includes('reconnect') ? [] : [`the stream of ${runId} was not told to reconnect`];
}

describe('SIGTERM under load', () => {
  campaign('stops in order within the grace, and everything goes on afterwards', 'sigterm', async (ground) => {
    const { agents, database } = ground;
    const tally = { rounds: ROUNDS, runs: 0, stops: 0, reconnects: 0, interrupted: 0 };
    for (let index = 0; index < ROUNDS; index++) {
      const round = String(index);
      const dice = ground.dice.for(round);
      const { way, graceSec } = WAYS[index % WAYS.length] ?? WAYS[0];
      const history = ground.history(`round-${round}`);
      const target = await ground.start(history, { env: { SHUTDOWN_GRACE_SEC: String(graceSec) } });
      const client = new ChaosClient(target, history);
      const load = new MixedLoad({ client, agents, dice, round, runs: RUNS });
      const calls = dice.between(1, MOST_CALLS / 2);
      const reached = new Promise<void>((resolve) => {
        const from = agents.calls.length;
        agents.onCall = () => {
          if (agents.calls.length - from >= calls) resolve();
        };
      });
      const driving = load.drive();
      await reached;

      // A run of which it is certain that it is under way at the signal, with somebody who watches it.
      if (way !== 'free') agents.shut();
      const held = drawSpecimen('deep', dice.for('held'), agents);
      const { body } = await client.insist({ method: 'POST', path: '/graphs', key: `held-${round}`, body: held.graph });
      const { graph_id } = body as { readonly graph_id: string };
      const labels = { [CASE_LABEL]: `${round}-held`, [ROUND_LABEL]: round };
      load.expected.set(`${round}-held`, held.expect(0));
      const started = await client.insist({
        method: 'POST',
        path: '/runs',
        key: `held-run-${round}`,
        body: { graph_id, labels },
      });
      const { run_id: heldRun } = started.body as { readonly run_id: string };
      await agents.called(heldRun);
      const before = history.lines.length;
      const watching = client.watch(heldRun);
      await waitFor('the stream to show the run', () =>
        history.lines.slice(before).some((line) => line.kind === 'event' && line.runId === heldRun),
      );

      const stopping = target.stop('SIGTERM');
      if (way === 'held') {
        await waitFor('readiness to be off', async () => {
          const ready = await client.ask({ method: 'GET', path: '/health/ready' });
          return ready?.status === 503;
        });
        const refused = await client.ask({ method: 'POST', path: '/runs', body: { graph_id } });
        expect(refused).toMatchObject({ status: 503, body: { type: '/problems/shutting-down' } });
        agents.open();
      }
      const exit = { code: undefined as number | null | undefined };
      void stopping.then((code) => (exit.code = code));
      await waitFor('the process to exit', () => exit.code !== undefined, graceSec * 1_000 + EXIT_SLACK_MS);
      expect(exit.code).toBe(0);
      tally.stops += 1;
      agents.open();
      assertNone(streamFaults(await watching));

      await target.start();
      await driving;
      const { violations, evidence } = await conclude({
        client,
        target,
        history,
        agents,
        database,
        round,
        expected: load.expected,
      });
      await load.settled();
      const streams = await Promise.all(load.streams);
      assertNone([...violations, ...streams.flatMap(streamFaults)]);
      tally.runs += evidence.runs.length;
      tally.reconnects += [...streams, await watching].filter(({ comments }) => comments.includes('reconnect')).length;
      const interrupted = evidence.events.filter(({ type }) => type === 'node.interrupted');
      expect(new Set(interrupted.map(({ data }) => data?.['cause']))).toEqual(
        new Set(interrupted.length === 0 ? [] : ['shutdown']),
      );
      if (way === 'held') expect(interrupted).toEqual([]);
      if (way === 'outlasting') expect(interrupted.length).toBeGreaterThan(0);
      tally.interrupted += interrupted.length;
      expect(await target.stop('SIGTERM')).toBe(0);
    }
    expect(integrityOf(database)).toBe('ok');
    expect(tally.reconnects).toBeGreaterThan(0);
    return tally;
  });
});
