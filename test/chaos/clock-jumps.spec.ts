import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Dice } from '../support/dice.js';
import { waitFor } from '../support/wait-for.js';
import { attemptViolations } from './checks/attempts.js';
import { journalViolations } from './checks/journals.js';
import type { AgentServer } from './support/agent-server.js';
import { type Ground, assertNone, campaign, extent } from './support/campaign.js';
import { ChaosClient } from './support/chaos-client.js';
import type { ChaosProcess } from './support/chaos-process.js';
import { allEnded } from './support/conclude.js';
import { type Evidence, type RunAnswer, CASE_LABEL, ROUND_LABEL, readRows } from './support/evidence.js';

const ROUNDS = extent({ short: 1, full: 5 });
const HOUR_MS = 3_600_000;
const WAIT_SEC = extent({ short: 2, full: 4 });

/** Something that waits, and how it must end, neither before its time nor never. */
interface Waiting {
  readonly label: string;
  readonly nodes: readonly object[];
  readonly options?: object;
  readonly status: 'SUCCESS' | 'FAILED';
  /** `details.kind` of the time-out that ends it. */
  readonly timeout?: string;
}

const delay = (id: string, seconds: number, fields: object = {}): object => ({
  id,
  type: 'agent.delay',
  params: { seconds },
  ...fields,
});

function waitings(agents: AgentServer): Waiting[] {
  const retry = { max: 1, base_sec: WAIT_SEC, jitter: 'none' };
  const silent = { id: 'silent', type: 'agent.fetch', params: agents.fetchParams({ node: 'silent', ms: 60_000 }) };
  const flaky = { id: 'flaky', type: 'agent.fetch', params: agents.fetchParams({ node: 'flaky', temper: 'flaky-1' }) };
  return [
    { label: 'retry', nodes: [{ ...flaky, retry }], status: 'SUCCESS' },
    { label: 'delay', nodes: [delay('wait', WAIT_SEC)], status: 'SUCCESS' },
    {
      label: 'attempt',
      nodes: [{ ...silent, timeout_sec: WAIT_SEC, retries: 0 }],
      status: 'FAILED',
      timeout: 'attempt',
    },
    {
      label: 'idle',
      nodes: [delay('wait', 60, { idle_timeout_sec: WAIT_SEC, retries: 0 })],
      status: 'FAILED',
      timeout: 'idle',
    },
    {
      label: 'total',
      nodes: [delay('wait', 60, { retry: { total_sec: WAIT_SEC } })],
      status: 'FAILED',
      timeout: 'total',
    },
    { label: 'run', nodes: [delay('wait', 60)], options: { timeout_sec: WAIT_SEC }, status: 'FAILED', timeout: 'run' },
  ];
}

/** Gets no place, as the others hold them all, and gives up before they end. */
const QUEUE_SEC = WAIT_SEC / 2;
const QUEUED: Waiting = {
  label: 'queue',
  nodes: [{ id: 'late', type: 'agent.echo' }],
  options: { expire_if_not_started_sec: QUEUE_SEC },
  status: 'FAILED',
  timeout: 'queue',
};

/** What a client sees of one run: times of its own clock, in milliseconds. */
interface Watched {
  readonly waiting: Waiting;
  readonly runId: string;
  readonly startedAt: number;
}

class ClockRound {
  readonly client: ChaosClient;
  private readonly clockFile: string;

  private constructor(
    private readonly ground: Ground,
    readonly round: string,
    readonly target: ChaosProcess,
    history: ReturnType<Ground['history']>,
    clockFile: string,
  ) {
    this.clockFile = clockFile;
    this.client = new ChaosClient(target, history);
  }

  static async begin(ground: Ground, round: string, places: number): Promise<ClockRound> {
    const history = ground.history(`round-${round}`);
    const clockFile = join(ground.folder, `clock-${round}`);
    writeFileSync(clockFile, '0');
    const target = await ground.start(history, {
      database: join(ground.folder, `round-${round}.db`),
      nodeArgs: ['--import', './test/chaos/support/shifted-clock.mjs'],
      env: { CHAOS_CLOCK_FILE: clockFile, EXECUTION__MAX_CONCURRENT_RUNS: String(places) },
    });
    return new ClockRound(ground, round, target, history, clockFile);
  }

  setShift(ms: number): void {
    writeFileSync(this.clockFile, String(ms));
  }

  /** Moves the wall clock of the running process. */
  async jump(ms: number): Promise<void> {
    this.setShift(ms);
    const service = await this.target.up();
    service.signal('SIGUSR2');
    await waitFor('the clock to jump', async () => {
      const { timestamp } = await service.json<{ timestamp: string }>('/health');
      return Math.abs(Date.parse(timestamp) - Date.now() - ms) < HOUR_MS / 2;
    });
  }

  async start(waiting: Waiting): Promise<Watched> {
    const { label, nodes, options } = waiting;
    // Something else happens to the run while it waits: each event is an occasion to find a clock run out.
    const pulse = delay('pulse', WAIT_SEC / 2);
    const graph = { name: label, nodes: [...nodes, pulse], edges: [], ...(options === undefined ? {} : { options }) };
    const created = await this.client.insist({ method: 'POST', path: '/graphs', key: `graph ${label}`, body: graph });
    const { graph_id } = created.body as { readonly graph_id: string };
    const body = { graph_id, labels: { [CASE_LABEL]: label, [ROUND_LABEL]: this.round } };
    const startedAt = performance.now();
    const started = await this.client.insist({ method: 'POST', path: '/runs', key: `run ${label}`, body });
    return { waiting, startedAt, runId: (started.body as { readonly run_id: string }).run_id };
  }

  /** Resolves with what is wrong about the end of a run. @param earliestMs It must not end sooner after its start. */
  async verdict({ waiting, runId, startedAt }: Watched, earliestMs: number): Promise<string[]> {
    const run = await waitFor(`the ${waiting.label} run to end`, async () => {
      const answer = (await this.client.ask({ method: 'GET', path: `/runs/${runId}` }))?.body as RunAnswer | undefined;
      return answer !== undefined && ['SUCCESS', 'FAILED', 'CANCELLED'].includes(answer.status) && answer;
    });
    const tookMs = performance.now() - startedAt;
    const text = JSON.stringify(run);
    const wrong: string[] = [];
    if (run.status !== waiting.status) wrong.push(`the ${waiting.label} run ended ${text}`);
    if (tookMs < earliestMs)
      wrong.push(`the ${waiting.label} run ended after ${tookMs} ms, before its time of ${earliestMs} ms`);
    if (waiting.timeout !== undefined && !text.includes(`"kind":"${waiting.timeout}"`)) {
      wrong.push(`the ${waiting.label} run ended ${text}, not by its time-out`);
    }
    return wrong;
  }

  /** Waits for all and answers what the journals show to be wrong. */
  async end(): Promise<string[]> {
    await allEnded(this.target, this.round);
    await this.target.stop('SIGTERM');
    const rows = readRows(join(this.ground.folder, `round-${this.round}.db`), this.round);
    const evidence: Evidence = { history: [], calls: [], answers: [], expected: new Map(), ...rows };
    return [...journalViolations(evidence), ...attemptViolations(evidence)];
  }
}

/** An hour ahead or behind. */
const drawJump = (dice: Dice): number => (dice.chance(50) ? HOUR_MS : -HOUR_MS);

describe('a wall clock that jumps by an hour', () => {
  campaign('while runs wait: nothing ends before its time or never', 'clock-jumps', async (ground) => {
    let runs = 0;
    for (let index = 0; index < ROUNDS; index++) {
      const dice = ground.dice.for(String(index));
      const all = waitings(ground.agents);
      const round = await ClockRound.begin(ground, String(index), all.length);
      const watched: Watched[] = [];
      for (const waiting of all) watched.push(await round.start(waiting));
      const queued = await round.start(QUEUED);
      const first = drawJump(dice);
      await round.jump(first);
      if (dice.chance(50)) await round.jump(-first);
      const verdicts = watched.map((run) => round.verdict(run, WAIT_SEC * 1_000));
      verdicts.push(round.verdict(queued, QUEUE_SEC * 1_000));
      assertNone([...(await Promise.all(verdicts)).flat(), ...(await round.end())]);
      runs += all.length + 1;
    }
    return { rounds: ROUNDS, runs };
  });

  campaign('while no process has them: nothing waits longer than it would have', 'clock-restart', async (ground) => {
    let runs = 0;
    for (const shift of [-HOUR_MS, HOUR_MS]) {
      for (let index = 0; index < ROUNDS; index++) {
        const all = waitings(ground.agents).filter(({ label }) => ['retry', 'delay'].includes(label));
        const round = await ClockRound.begin(ground, `${shift}-${index}`, all.length);
        const watched: Watched[] = [];
        for (const waiting of all) watched.push(await round.start(waiting));
        await waitFor('the retry to be journaled', async () => {
          const rows = readRows(join(ground.folder, `round-${round.round}.db`), round.round);
          return rows.events.some(({ type }) => type === 'node.retrying');
        });
        round.setShift(shift);
        await round.target.crash();
        const earliestMs = shift < 0 ? WAIT_SEC * 1_000 : 0;
        const verdicts = watched.map((run) => round.verdict(run, earliestMs));
        assertNone([...(await Promise.all(verdicts)).flat(), ...(await round.end())]);
        runs += all.length;
      }
    }
    return { rounds: 2 * ROUNDS, runs };
  });
});
