import type { Dice } from '../support/dice.js';
import { waitFor } from '../support/wait-for.js';
import { attemptViolations } from './checks/attempts.js';
import { journalViolations } from './checks/journals.js';
import { outputViolations } from './checks/outputs.js';
import { type Ground, assertNone, campaign, extent } from './support/campaign.js';
import { ChaosClient } from './support/chaos-client.js';
import type { ChaosProcess } from './support/chaos-process.js';
import { allEnded } from './support/conclude.js';
import { type Evidence, ROUND_LABEL, integrityOf, readRows, rowsLeft } from './support/evidence.js';
import type { Answer, History, Question } from './support/history.js';
import { drawSpecimen } from './support/mixed-graphs.js';

const ROUNDS = extent({ short: 2, full: 20 });
/** Requests of each kind that go out together. */
const EACH = 2;
const ENDS = ['SUCCESS', 'FAILED', 'CANCELLED'];

/** One change, and what must hold after the crash if it was answered. */
interface Change {
  readonly question: Question;
  readonly verify: (answer: Answer) => Promise<void>;
}

const runIdIn = ({ body }: Answer): string => (body as { readonly run_id: string }).run_id;
const graphIdIn = ({ body }: Answer): string => (body as { readonly graph_id: string }).graph_id;
const times = <T>(make: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: EACH }, (_, index) => make(index)));

function shuffled<T>(items: readonly T[], dice: Dice): T[] {
  const placed = items.map((item) => ({ item, place: dice.between(0, 1_000_000) }));
  return placed.sort((a, b) => a.place - b.place).map(({ item }) => item);
}

/** Everything that changes what is stored, beside starts and new graphs, which have a campaign of their own. */
class Changes {
  private readonly client: ChaosClient;

  constructor(
    private readonly ground: Ground,
    target: ChaosProcess,
    history: History,
    private readonly round: string,
  ) {
    this.client = new ChaosClient(target, history);
  }

  /** Makes what there is to change: runs that have ended and runs that go on, and graphs. */
  async prepare(): Promise<Change[]> {
    const { agents } = this.ground;
    const specimen = drawSpecimen('large', this.ground.dice.for(`specimen ${this.round}`), agents);
    const graphId = await this.createGraph('ended', specimen.graph);
    const held = { name: 'held', nodes: [{ id: 'hold', type: 'agent.delay', params: { seconds: 600 } }], edges: [] };
    const heldId = await this.createGraph('held', held);
    const ended = (name: string) => times((index) => this.endedRun(`${name}-${index}`, graphId));
    return [
      ...(await ended('deleted')).map((id) => this.deletion(id)),
      ...(await ended('retried')).map((id) => this.retry(id)),
      ...(await times((index) => this.start(`held-${index}`, heldId))).map((id) => this.cancel(id)),
      ...(await times((index) => this.createGraph(`replaced-${index}`, held))).map((id) =>
        this.replacement(id, specimen.graph),
      ),
      ...(await times((index) => this.createGraph(`archived-${index}`, held))).map((id) => this.archiving(id)),
    ];
  }

  /** Cancels what goes on, so that the round ends. */
  async finish(target: ChaosProcess): Promise<void> {
    const path = `/runs?label=${ROUND_LABEL}:${this.round}&status=PENDING,RUNNING&limit=100`;
    const answer = await this.client.ask({ method: 'GET', path });
    const { items = [] } = (answer?.body ?? {}) as { readonly items?: readonly { readonly run_id: string }[] };
    for (const { run_id } of items) await this.client.ask({ method: 'POST', path: `/runs/${run_id}/cancel` });
    await allEnded(target, this.round);
  }

  private deletion(id: string): Change {
    const verify = async (answer: Answer): Promise<void> => {
      expect(answer.status).toBe(204);
      expect(await this.get(`/runs/${id}`)).toMatchObject({ status: 404 });
      await waitFor('what is left of the run to be cleared', () => rowsLeft(this.ground.database, id) === 0);
    };
    return { question: { method: 'DELETE', path: `/runs/${id}` }, verify };
  }

  /** Takes large outputs over, with their files. */
  private retry(id: string): Change {
    const question = { method: 'POST', path: `/runs/${id}/retry`, key: `retry-${id}`, body: { from: ['end'] } };
    const verify = async (answer: Answer): Promise<void> => {
      expect(answer.status).toBe(202);
      const again = await this.client.insist(question);
      expect(again).toMatchObject({ body: answer.body, headers: { 'idempotency-replayed': 'true' } });
      const first = await this.get(`/runs/${id}`);
      const retried = await this.ended(runIdIn(answer));
      expect(retried).toMatchObject({ status: 'SUCCESS', retry_of: id });
      expect(retried.result).toEqual((first?.body as { readonly result: unknown }).result);
    };
    return { question, verify };
  }

  private cancel(id: string): Change {
    const verify = async (answer: Answer): Promise<void> => {
      expect([200, 202]).toContain(answer.status);
      expect(await this.ended(id)).toMatchObject({ status: 'CANCELLED' });
    };
    return { question: { method: 'POST', path: `/runs/${id}/cancel` }, verify };
  }

  private replacement(id: string, body: object): Change {
    const verify = async (answer: Answer): Promise<void> => {
      expect(answer).toMatchObject({ status: 200, body: { version: 2 } });
      expect(await this.get(`/graphs/${id}`)).toMatchObject({ status: 200, body: { version: 2 } });
    };
    return { question: { method: 'PUT', path: `/graphs/${id}`, body }, verify };
  }

  private archiving(id: string): Change {
    const verify = async (answer: Answer): Promise<void> => {
      expect(answer.status).toBe(204);
      const start = await this.client.ask({ method: 'POST', path: '/runs', body: { graph_id: id } });
      expect(start?.body).toMatchObject({ type: '/problems/graph-archived' });
    };
    return { question: { method: 'DELETE', path: `/graphs/${id}` }, verify };
  }

  private async createGraph(name: string, body: object): Promise<string> {
    return graphIdIn(await this.client.insist({ method: 'POST', path: '/graphs', key: this.keyOf(name), body }));
  }

  private async start(name: string, graphId: string): Promise<string> {
    const body = { graph_id: graphId, input: { v: 1 }, labels: { [ROUND_LABEL]: this.round } };
    return runIdIn(await this.client.insist({ method: 'POST', path: '/runs', key: this.keyOf(name), body }));
  }

  private async endedRun(name: string, graphId: string): Promise<string> {
    const id = await this.start(name, graphId);
    await this.ended(id);
    return id;
  }

  private ended(id: string): Promise<{ readonly status: string; readonly result?: unknown }> {
    return waitFor(`run ${id} to end`, async () => {
      const run = (await this.get(`/runs/${id}`))?.body as { readonly status: string } | undefined;
      return run !== undefined && ENDS.includes(run.status) && run;
    });
  }

  private get(path: string): Promise<Answer | undefined> {
    return this.client.ask({ method: 'GET', path });
  }

  private keyOf(name: string): string {
    return `${this.round} ${name}`;
  }
}

describe('kill -9 right after a change was answered', () => {
  campaign(
    'cancels, retries, deletions and versions of graphs are what was answered',
    'kill-after-change',
    async (ground) => {
      const tally = { rounds: ROUNDS, changes: 0, answered: 0, kills: 0 };
      const target = await ground.start(ground.history());
      for (let index = 0; index < ROUNDS; index++) {
        const round = String(index);
        const dice = ground.dice.for(round);
        const history = ground.history(`round-${round}`);
        const changes = new Changes(ground, target, history, round);
        const client = new ChaosClient(target, history);
        const made = shuffled(await changes.prepare(), dice);
        const fatalAnswer = dice.between(1, made.length);

        let answers = 0;
        let crashed: Promise<void> | undefined;
        const asked = await Promise.all(
          made.map(async ({ question, verify }) => {
            const answer = await client.ask(question);
            answers += answer === undefined ? 0 : 1;
            if (answers >= fatalAnswer) crashed ??= target.crash();
            return { answer, verify };
          }),
        );
        await (crashed ?? target.crash());
        tally.kills += 1;
        tally.changes += asked.length;
        for (const { answer, verify } of asked) {
          if (answer === undefined) continue;
          tally.answered += 1;
          await verify(answer);
        }
        await changes.finish(target);

        const rows = readRows(ground.database, round);
        const evidence: Evidence = { history: [], calls: [], answers: [], expected: new Map(), ...rows };
        assertNone([...journalViolations(evidence), ...attemptViolations(evidence), ...outputViolations(evidence)]);
      }
      await target.stop('SIGTERM');
      expect(integrityOf(ground.database)).toBe('ok');
      expect(tally.answered).toBeGreaterThan(0);
      return tally;
    },
  );
});
