import type { BuiltService } from '../support/built-service.js';
import { describeWith, POSTGRES_URL, REDIS_URL } from '../support/services.js';
import { waitFor } from '../support/wait-for.js';
import { deadlyAgents } from './support/deadly-agents.js';
import { Fleet, getEvents, getRun, type RunView, startGraph, startRun } from './support/fleet.js';

const BACKENDS = [
  { backend: 'redis', service: 'Redis', url: REDIS_URL },
  { backend: 'postgres', service: 'PostgreSQL', url: POSTGRES_URL },
] as const;
const LIMIT = 3;
/** A killer that others are taken for is spared at most so often: decision 0019. */
const MOST_DEATHS = LIMIT + 1 + 10;
/** Runs that are in flight at every death. */
const PATIENT_RUNS = 4;

const POISON = {
  name: 'poison',
  nodes: [
    { id: 'poison', type: 'agent.poison', params: { after_ms: 200 } },
    { id: 'after', type: 'agent.echo' },
    { id: 'beside', type: 'agent.work', params: { ms: 3_000 } },
  ],
  edges: [{ from: 'poison', to: 'after' }],
};
const PATIENT = { name: 'patient', nodes: [{ id: 'wait', type: 'agent.work', params: { ms: 8_000 } }], edges: [] };
const SHORT = {
  name: 'short',
  nodes: [
    { id: 'one', type: 'agent.work', params: { ms: 100 } },
    { id: 'two', type: 'agent.work', params: { ms: 100 } },
  ],
  edges: [{ from: 'one', to: 'two' }],
};

/** Two processes of a fleet that are started again whenever they die. */
class UndyingPair {
  deaths = 0;
  private isOver = false;
  private readonly members: BuiltService[] = [];
  private readonly watches: Promise<void>[] = [];

  constructor(private readonly fleet: Fleet) {}

  async start(): Promise<void> {
    this.members.push(await this.fleet.start(), await this.fleet.start());
    this.watches.push(...this.members.map((_, place) => this.watch(place)));
  }

  /** What one of them answers; asked again while it is dead. */
  ask<Answer>(what: string, question: (member: BuiltService) => Promise<Answer>): Promise<Answer> {
    let turn = 0;
    const answer = waitFor(
      what,
      async () => {
        const member = this.members[turn++ % this.members.length];
        return member === undefined
          ? undefined
          : question(member).then(
              (value) => ({ value }),
              () => undefined,
            );
      },
      60_000,
    );
    return answer.then(({ value }) => value);
  }

  async stop(): Promise<void> {
    this.isOver = true;
    await Promise.all(this.members.map((member) => member.stop('SIGKILL')));
    await Promise.all(this.watches);
  }

  private async watch(place: number): Promise<void> {
    for (;;) {
      await this.members[place]?.exited();
      if (this.isOver) return;
      this.deaths += 1;
      // The other one may kill this one before it is ready.
      const next = await this.fleet.start().catch(() => undefined);
      if (next !== undefined) this.members[place] = next;
      if (this.isOver) await next?.stop('SIGKILL');
    }
  }
}

// Each death takes a takeover, and suspects are held back for a while after it.
jest.setTimeout(300_000);

describeWith('PostgreSQL', POSTGRES_URL, 'A node that kills its process every time', () => {
  for (const { backend, service, url } of BACKENDS) {
    describeWith(service, url, `in a fleet of two with the queue in ${service}`, () => {
      const agents = deadlyAgents();
      let fleet: Fleet;
      let pair: UndyingPair;

      beforeAll(async () => {
        const env = {
          ...agents.env,
          EXECUTION__MAX_INTERRUPTIONS: String(LIMIT),
          QUEUE__LOCK_SEC: '2',
          QUEUE__STALLED_CHECK_SEC: '0.5',
        };
        fleet = await Fleet.open({ database: 'postgres', backend, env });
        pair = new UndyingPair(fleet);
        await pair.start();
      });
      afterAll(async () => {
        await pair.stop();
        await fleet.close();
        agents.remove();
      });

      const isOver = ({ status }: RunView): boolean => status !== 'PENDING' && status !== 'RUNNING';

      it('fails after so many interruptions, and the other runs go on', async () => {
        const graph = (spec: object) =>
          pair.ask('a graph', (member) => member.post<{ graph_id: string }>('/graphs', spec));
        const [patientGraph, shortGraph] = [await graph(PATIENT), await graph(SHORT)];
        const patient: string[] = [];
        for (let run = 0; run < PATIENT_RUNS; run++) {
          patient.push(await pair.ask('a run', (member) => startRun(member, patientGraph.graph_id)));
        }
        const poisoned = await pair.ask('the poison', (member) => startGraph(member, POISON));
        const short: string[] = [];
        const read = (runId: string): Promise<RunView> => pair.ask('a run', (member) => getRun(member, runId));
        const run = await waitFor(
          'the poison to fail',
          async () => {
            short.push(await pair.ask('a run', (member) => startRun(member, shortGraph.graph_id)));
            const view = await read(poisoned);
            return isOver(view) && view;
          },
          200_000,
        );
        process.stderr.write(`poison on ${backend}: ${pair.deaths} deaths, ${short.length} short runs\n`);
        expect(run).toMatchObject({
          status: 'FAILED',
          error: { node_id: 'poison', error: { type: 'InterruptedError' } },
          nodes: [
            { id: 'poison', status: 'FAILED', error: { type: 'InterruptedError' } },
            { id: 'after', status: 'SKIPPED', skip_reason: 'upstream_failed' },
            { id: 'beside', status: 'SUCCESS' },
          ],
        });
        for (const runId of [...patient, ...short]) {
          const other = await waitFor(
            `the run ${runId} to end`,
            async () => {
              const view = await read(runId);
              return isOver(view) && view;
            },
            60_000,
          );
          expect([runId, other.status, other.error]).toEqual([runId, 'SUCCESS', null]);
        }
        expect(pair.deaths).toBeGreaterThanOrEqual(LIMIT + 1);
        expect(pair.deaths).toBeLessThanOrEqual(MOST_DEATHS);
        const events = await pair.ask('the journal', (member) => getEvents(member, poisoned));
        expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
        // Deaths with which another suspect may have been let go count for nobody; the one that fails it is the next.
        const ofPoison = events.filter(({ node_id }) => node_id === 'poison');
        const charged = ofPoison.filter(({ type, data }) => type === 'node.interrupted' && data?.['cause'] === 'crash');
        expect(charged).toHaveLength(LIMIT);
        expect(ofPoison.filter(({ type }) => type === 'node.started').length).toBeLessThanOrEqual(MOST_DEATHS);
      });
    });
  }
});
