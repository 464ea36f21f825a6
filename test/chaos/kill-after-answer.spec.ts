import { setTimeout as pause } from 'node:timers/promises';
import type { Dice } from '../support/dice.js';
import { assertNone, campaign, extent } from './support/campaign.js';
import { ChaosClient } from './support/chaos-client.js';
import type { ChaosProcess } from './support/chaos-process.js';
import { conclude } from './support/conclude.js';
import { CASE_LABEL, ROUND_LABEL, integrityOf } from './support/evidence.js';
import type { Answer, Question } from './support/history.js';
import { type ExpectedEnd, type Specimen, FAMILIES, drawSpecimen } from './support/mixed-graphs.js';

const ROUNDS = extent({ short: 2, full: 30 });
/** Requests that go out together. */
const BURST = 8;
/** How long after the last request the process is killed where it is not an answer that triggers it. */
const LONGEST_WAIT_MS = 6;

interface Asked {
  readonly question: Question;
  readonly answer: Answer | undefined;
}

/** At which answer the process is killed; Infinity when it is a moment after the last request, whatever was answered. */
function drawFatalAnswer(dice: Dice): number {
  return dice.chance(50) ? dice.between(1, Math.ceil(BURST / 2)) : Infinity;
}

interface Burst {
  readonly questions: readonly Question[];
  readonly fatalAnswer: number;
  readonly dice: Dice;
}

/** Sends all at once and kills the process. */
async function askAndCrash(target: ChaosProcess, client: ChaosClient, { questions, fatalAnswer, dice }: Burst) {
  const waitMs = dice.between(0, LONGEST_WAIT_MS);
  let answers = 0;
  let crashed: Promise<void> | undefined;
  const asked = Promise.all(
    questions.map(async (question): Promise<Asked> => {
      const answer = await client.ask(question);
      answers += answer === undefined ? 0 : 1;
      if (answers >= fatalAnswer) crashed ??= target.crash();
      return { question, answer };
    }),
  );
  if (fatalAnswer === Infinity) {
    await pause(waitMs);
    crashed ??= target.crash();
  }
  const outcome = await asked;
  await (crashed ?? target.crash());
  return outcome;
}

const runIdIn = ({ body }: Answer): string => (body as { readonly run_id: string }).run_id;
const graphIdIn = ({ body }: Answer): string => (body as { readonly graph_id: string }).graph_id;

describe('kill -9 right after an answer', () => {
  campaign(
    'what was answered is there, and its key still gives the same answer',
    'kill-after-answer',
    async (ground) => {
      const { agents, database } = ground;
      const tally = { rounds: ROUNDS, runs: 0, kills: 0, answered: 0, unanswered: 0, replays: 0 };
      const target = await ground.start(ground.history());
      for (let index = 0; index < ROUNDS; index++) {
        const round = String(index);
        const dice = ground.dice.for(round);
        const history = ground.history(`round-${round}`);
        const client = new ChaosClient(target, history);
        const specimen: Specimen = drawSpecimen(dice.pick(FAMILIES), dice, agents);
        const createGraph = { method: 'POST', path: '/graphs', body: specimen.graph };
        const graphId = graphIdIn(await client.insist({ ...createGraph, key: `graph-${round}` }));
        const expected = new Map<string, ExpectedEnd>();
        // In every other round each request has a key and the first answer kills, so that one is sure to be repeated.
        const isFirstFatal = index % 2 === 0;
        const starts = Array.from({ length: BURST }, (_, at): Question => {
          const label = `${round}-${at}`;
          const v = dice.between(0, 9);
          expected.set(label, specimen.expect(v));
          const body = { graph_id: graphId, input: { v }, labels: { [CASE_LABEL]: label, [ROUND_LABEL]: round } };
          return {
            method: 'POST',
            path: '/runs',
            body,
            ...(isFirstFatal || dice.chance(60) ? { key: `run-${label}` } : {}),
          };
        });
        const newGraph = { ...createGraph, key: `new-graph-${round}` };

        const fatalAnswer = isFirstFatal ? 1 : drawFatalAnswer(dice);
        const asked = await askAndCrash(target, client, { questions: [...starts, newGraph], fatalAnswer, dice });
        tally.kills += 1;

        for (const { question, answer } of asked) {
          tally[answer === undefined ? 'unanswered' : 'answered'] += 1;
          const { key, body, path } = question;
          if (answer !== undefined && path === '/runs') {
            expect(await client.ask({ method: 'GET', path: `/runs/${runIdIn(answer)}` })).toMatchObject({
              status: 200,
            });
          }
          if (key === undefined) continue;
          const again = await client.insist({ ...question, key });
          if (answer !== undefined) {
            tally.replays += 1;
            expect(again).toMatchObject({ status: answer.status, body: answer.body });
            expect(again.headers).toMatchObject({ location: answer.headers.location, 'idempotency-replayed': 'true' });
          }
          if (path === '/graphs') {
            expect(await client.ask({ method: 'GET', path: `/graphs/${graphIdIn(again)}` })).toMatchObject({
              status: 200,
            });
          }
          const changed = path === '/graphs' ? { name: 'another' } : { input: { v: 10 } };
          const other = await client.ask({ ...question, body: { ...(body as object), ...changed } });
          expect(other).toMatchObject({ status: 422, body: { type: '/problems/idempotency-mismatch' } });
        }

        const { violations, evidence } = await conclude({ client, target, history, agents, database, round, expected });
        assertNone(violations);
        tally.runs += evidence.runs.length;
      }
      await target.stop('SIGTERM');
      expect(integrityOf(database)).toBe('ok');
      expect(tally.replays).toBeGreaterThan(0);
      return tally;
    },
  );
});
