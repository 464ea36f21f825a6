import { setTimeout as pause } from 'node:timers/promises';
import { join } from 'node:path';
import type { BuiltService } from '../support/built-service.js';
import { type Ground, assertNone, campaign, extent } from './support/campaign.js';
import { ChaosClient } from './support/chaos-client.js';
import type { ChaosProcess } from './support/chaos-process.js';
import { allEnded, conclude } from './support/conclude.js';
import { integrityOf } from './support/evidence.js';
import type { History } from './support/history.js';
import { MixedLoad } from './support/mixed-load.js';

const ROUNDS = extent({ short: 1, full: 8 });
const RUNS = extent({ short: 12, full: 30 });
const LATE_REQUESTS = 5;
/** A process that was paused in the middle of a commit holds the lock: it is let on for a moment after so long. */
const LOCKED_MS = 6_000;

/** What a paused process did when it woke up. */
interface Awakening {
  readonly violations: readonly string[];
  readonly fenced: number;
  /** Calls of agents that it may have made then: what had been journaled as started before the pause. */
  readonly calls: { readonly from: number; readonly to: number };
}

/** Lets the paused process on, and says what it did wrong until it gave up. */
async function wakeUp(paused: BuiltService, late: readonly Promise<number>[], ground: Ground): Promise<Awakening> {
  const from = ground.agents.calls.length + 1;
  paused.signal('SIGCONT');
  const code = await paused.exited();
  const to = ground.agents.calls.length;
  const statuses = await Promise.all(late);
  const acknowledged = statuses.filter((status) => status >= 200 && status < 300);
  const fenced = Number(/late writes refused: (\d+)/.exec(paused.log)?.[1]);
  return {
    fenced,
    calls: { from, to },
    violations: [
      ...acknowledged.map((status) => `the paused process answered ${status} to a request when it woke up`),
      ...(code === 1 ? [] : [`the paused process ended with ${String(code)}`]),
      ...(/the process \d+ on \S+ has taken the database over/.test(paused.log)
        ? []
        : ['it did not say who took over']),
      ...(Number.isNaN(fenced) ? ['it did not say how many late writes were refused'] : []),
    ],
  };
}

/** Requests that wait in the socket of a paused process; each becomes its status, 0 where the connection broke. */
function sendLate(paused: BuiltService, graphId: string, history: History): Promise<number>[] {
  return Array.from({ length: LATE_REQUESTS }, async (_, index) => {
    const init = { method: 'POST', body: JSON.stringify({ graph_id: graphId }) };
    const status = await paused.request('/runs', init).then(
      (answer) => answer.status,
      () => 0,
    );
    history.note(`late request ${index} was answered ${status}`);
    return status;
  });
}

/** Resolves when the process that waits has the database. */
async function takenOver(target: ChaosProcess, paused: BuiltService, history: History): Promise<void> {
  const ready = target.up().then(() => true);
  while (!(await Promise.race([ready, pause(LOCKED_MS, false, { ref: false })]))) {
    history.note('the paused process holds the lock');
    paused.signal('SIGCONT');
    await pause(1);
    paused.signal('SIGSTOP');
  }
}

describe('a process that is paused while another takes its runs over', () => {
  campaign('changes nothing when it wakes up, and gives up', 'stalled-writer', async (ground) => {
    let runs = 0;
    let fenced = 0;
    for (let index = 0; index < ROUNDS; index++) {
      const round = String(index);
      const dice = ground.dice.for(round);
      const history = ground.history(`round-${round}`);
      const database = join(ground.folder, `round-${round}.db`);
      const target = await ground.start(history, { database, env: { DATABASE__LEASE_SEC: '1' } });
      const client = new ChaosClient(target, history);
      const { agents } = ground;
      const { body } = await client.insist({
        method: 'POST',
        path: '/graphs',
        key: 'late',
        body: { name: 'late', nodes: [{ id: 'echo', type: 'agent.echo' }], edges: [] },
      });

      const stall = Promise.withResolvers<BuiltService>();
      const atCall = agents.calls.length + dice.between(1, RUNS * 2);
      agents.onCall = ({ ordinal }) => {
        if (ordinal === atCall) void pause(dice.between(0, 10)).then(() => stall.resolve(target.pause()));
      };
      const load = new MixedLoad({ client, agents, dice, round, runs: RUNS });
      const driven = load.drive();
      const paused = await stall.promise;
      const late = sendLate(paused, (body as { readonly graph_id: string }).graph_id, history);
      await takenOver(target, paused, history);
      if (dice.chance(50)) await pause(dice.between(0, 1_500));
      const awakening = await wakeUp(paused, late, ground);
      await driven;
      await allEnded(target, round);
      await load.settled();

      const concluded = await conclude({ client, target, history, agents, database, round, expected: load.expected });
      const isOfPaused = (violation: string): boolean => {
        const ordinal = Number(/call (\d+) came after its success was stored/.exec(violation)?.[1]);
        return ordinal >= awakening.calls.from && ordinal <= awakening.calls.to;
      };
      const violations = concluded.violations.filter((violation) => !isOfPaused(violation));
      assertNone([...awakening.violations, ...violations]);
      runs += concluded.evidence.runs.length;
      fenced += awakening.fenced;
      await target.stop('SIGTERM');
      expect(integrityOf(database)).toBe('ok');
    }
    expect(fenced).toBeGreaterThan(0);
    return { rounds: ROUNDS, runs, 'late writes refused': fenced };
  });
});
