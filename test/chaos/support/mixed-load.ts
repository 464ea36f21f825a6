import { setTimeout as pause } from 'node:timers/promises';
import type { Dice } from '../../support/dice.js';
import type { AgentServer } from './agent-server.js';
import type { ChaosClient, StreamEnd } from './chaos-client.js';
import type { Answer } from './history.js';
import { CASE_LABEL, ROUND_LABEL } from './evidence.js';
import { type ExpectedEnd, FAMILIES, type Specimen, drawSpecimen } from './mixed-graphs.js';

/** Requests under way at once. */
const LANES = 4;
const LONGEST_PAUSE_MS = 30;

export interface MixedLoadOptions {
  readonly client: ChaosClient;
  readonly agents: AgentServer;
  readonly dice: Dice;
  readonly round: string;
  /** Runs to start. */
  readonly runs: number;
  /** Share of runs that are cancelled some time after their start, in percent. */
  readonly cancelled?: number;
}

/** One start, with all that the dice decide about it, drawn before anything is sent. */
interface PlannedRun {
  readonly label: string;
  readonly specimen: number;
  readonly v: number;
  readonly hasKey: boolean;
  readonly pauseMs: number;
  readonly then: 'leave' | 'read' | 'watch' | 'cancel';
  readonly thenMs: number;
}

/** Starts runs of every family, reads, watches and cancels some of them. */
export class MixedLoad {
  /** How the run with this `case` label must end. */
  readonly expected = new Map<string, ExpectedEnd>();
  private readonly specimens: readonly Specimen[];
  private readonly plan: readonly PlannedRun[];
  /** Streams that were opened, each until it closes. */
  readonly streams: Promise<StreamEnd>[] = [];
  /** Ids of the graphs, in the order of `specimens`. */
  private readonly graphIds: string[] = [];
  private readonly followUps: Promise<void>[] = [];

  constructor(private readonly options: MixedLoadOptions) {
    const { dice, agents, round, runs } = options;
    this.specimens = FAMILIES.map((family) => drawSpecimen(family, dice.for(family), agents));
    this.plan = Array.from({ length: runs }, (_, index) => this.planRun(`${round}-${index}`));
  }

  /** Sends everything; resolves when each request was answered or its connection broke. Keyed ones are sent until answered. */
  async drive(): Promise<void> {
    for (const [index, { graph }] of this.specimens.entries()) this.graphIds.push(await this.createGraph(index, graph));
    const waiting = [...this.plan];
    const lane = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        await pause(next.pauseMs);
        await this.perform(next);
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
  }

  /**
   * Sends one start beyond the planned ones, once; the graphs must be there.
   *
   * @throws {Error} if it is not accepted.
   */
  async startAnother(name: string): Promise<string> {
    const answer = await this.tryAnother(name);
    if (answer?.status !== 202) throw new Error(`the start of ${name} was answered ${answer?.status}`);
    return (answer.body as { readonly run_id: string }).run_id;
  }

  /** Sends one start beyond the planned ones, once. Answers what came back. */
  tryAnother(name: string): Promise<Answer | undefined> {
    return this.start({ ...this.planRun(`${this.options.round}-${name}`), hasKey: false });
  }

  /** Resolves when all streams have closed and everything that followed a start was answered. */
  async settled(): Promise<void> {
    await Promise.all([...this.streams, ...this.followUps]);
  }

  private planRun(label: string): PlannedRun {
    const { cancelled = 0 } = this.options;
    const dice = this.options.dice.for(label);
    const specimen = dice.between(0, this.specimens.length - 1);
    const v = dice.between(0, 9);
    const end = this.specimens[specimen]?.expect(v);
    if (end !== undefined) this.expected.set(label, end);
    return {
      label,
      specimen,
      v,
      hasKey: dice.chance(70),
      pauseMs: dice.between(0, LONGEST_PAUSE_MS),
      then: dice.chance(cancelled) ? 'cancel' : dice.pick(['leave', 'leave', 'read', 'watch']),
      thenMs: dice.between(0, 200),
    };
  }

  private async createGraph(index: number, graph: object): Promise<string> {
    const { client, round } = this.options;
    const { body } = await client.insist({
      method: 'POST',
      path: '/graphs',
      key: `graph-${round}-${index}`,
      body: graph,
    });
    return (body as { readonly graph_id: string }).graph_id;
  }

  private async start({ label, v, hasKey, specimen }: PlannedRun): Promise<Answer | undefined> {
    const { client, round } = this.options;
    const labels = { [CASE_LABEL]: label, [ROUND_LABEL]: round };
    const body = { graph_id: this.graphIds[specimen], input: { v }, labels };
    const question = { method: 'POST', path: '/runs', body };
    return hasKey ? client.insist({ ...question, key: `run-${label}` }) : client.ask(question);
  }

  private async perform(planned: PlannedRun): Promise<void> {
    const answer = await this.start(planned);
    if (answer?.status !== 202) return;
    const { run_id: runId } = answer.body as { readonly run_id: string };
    if (planned.then === 'watch') this.streams.push(this.options.client.watch(runId));
    if (planned.then === 'read') this.followUps.push(this.readUntilEnd(runId));
    if (planned.then === 'cancel') this.followUps.push(this.cancel(runId, planned.thenMs));
  }

  private async readUntilEnd(runId: string): Promise<void> {
    const { client } = this.options;
    for (let isOver = false; !isOver;) {
      await pause(LONGEST_PAUSE_MS);
      const answer = await client.ask({ method: 'GET', path: `/runs/${runId}` });
      const { finished_at: finishedAt } = (answer?.body ?? {}) as { readonly finished_at?: string | null };
      isOver = answer?.status === 200 ? typeof finishedAt === 'string' : answer !== undefined;
    }
  }

  private async cancel(runId: string, afterMs: number): Promise<void> {
    const { client } = this.options;
    await pause(afterMs);
    for (;;) {
      const answer = await client.ask({ method: 'POST', path: `/runs/${runId}/cancel` });
      if (answer !== undefined && answer.status !== 503) return;
    }
  }
}
