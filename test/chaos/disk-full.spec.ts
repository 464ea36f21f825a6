import { waitFor } from '../support/wait-for.js';
import { assertNone, campaign, extent, type Ground } from './support/campaign.js';
import { ChaosClient } from './support/chaos-client.js';
import { conclude } from './support/conclude.js';
import { integrityOf } from './support/evidence.js';
import type { History } from './support/history.js';
import { MixedLoad } from './support/mixed-load.js';
import { type SmallDisk, limitedDisk, tmpfsDisk } from './support/small-disk.js';

const ROUNDS = extent({ short: 1, full: 20 });
const RUNS = extent({ short: 10, full: 40 });
const MOST_CALLS = 40;
/** Refused requests after which a disk has been full for long enough. */
const REFUSALS = 10;

/** What becomes of the process while the disk is full: in half of the rounds it has to recover by itself. */
const WAYS_OUT = ['wait', 'SIGTERM', 'wait', 'SIGKILL'] as const;

/** Shorter than the disk is full: an owner that cannot renew its lease stays the owner. */
const ENV = { MONITORING__HEALTH_CHECK_INTERVAL: '0', DATABASE__LEASE_SEC: '0.5', SHUTDOWN_GRACE_SEC: '1' };

function refusalsIn(history: History): number {
  return history.lines.filter(
    (line) =>
      line.kind === 'answered' &&
      line.status === 503 &&
      (line.body as { readonly type?: string }).type === '/problems/storage-unavailable',
  ).length;
}

/** `firstWay` is the place in `WAYS_OUT` where the first round begins. */
async function fillAndEmpty(ground: Ground, disk: SmallDisk, firstWay: number): Promise<Record<string, number>> {
  const { agents } = ground;
  const { database } = disk;
  const tally = { rounds: ROUNDS, runs: 0, refusals: 0, restarts: 0 };
  const target = await ground.start(ground.history(), { database, env: ENV });
  for (let index = 0; index < ROUNDS; index++) {
    const round = String(index);
    const dice = ground.dice.for(round);
    const history = ground.history(`round-${round}`);
    const client = new ChaosClient(target, history);
    const load = new MixedLoad({ client, agents, dice, round, runs: RUNS, cancelled: 10 });
    const enough = agents.afterCalls(dice.between(1, MOST_CALLS));
    const driving = load.drive();
    await enough;

    const { pid } = await target.up();
    disk.fill(pid);
    history.note('the disk is full');
    const isReady = async (): Promise<boolean | undefined> => {
      const ready = await client.ask({ method: 'GET', path: '/health/ready' });
      return ready === undefined ? undefined : ready.status === 200;
    };
    let others = 0;
    await waitFor('requests to be refused', async () => {
      others += 1;
      await load.tryAnother(`full-${others}`);
      return refusalsIn(history) >= REFUSALS;
    });
    await waitFor('readiness to be off', async () => (await isReady()) === false);
    expect(await client.ask({ method: 'GET', path: '/health/live' })).toMatchObject({ status: 200 });
    expect(await client.ask({ method: 'GET', path: '/runs?limit=1' })).toMatchObject({ status: 200 });

    const way = WAYS_OUT[(index + firstWay) % WAYS_OUT.length] ?? 'wait';
    if (way !== 'wait') {
      const code = await target.stop(way);
      if (way === 'SIGTERM') expect(code).toBe(0);
      disk.empty(pid);
      await target.start();
      tally.restarts += 1;
    } else {
      disk.empty(pid);
    }
    history.note('there is room again');
    await waitFor('readiness to be on', isReady);

    await driving;
    const { expected } = load;
    const { violations, evidence } = await conclude({ client, target, history, agents, database, round, expected });
    await load.settled();
    assertNone(violations);
    tally.runs += evidence.runs.length;
    tally.refusals += refusalsIn(history);
  }
  expect(await target.stop('SIGTERM')).toBe(0);
  expect(integrityOf(database)).toBe('ok');
  return tally;
}

describe('a full disk', () => {
  campaign('loses nothing and recovers by itself: a small file system', 'disk-full', async (ground) => {
    const disk = tmpfsDisk(ground.folder);
    if (disk === undefined) {
      process.stderr.write('skipped: this user may not mount a tmpfs\n');
      return {};
    }
    try {
      return await fillAndEmpty(ground, disk, 0);
    } finally {
      disk.remove();
    }
  });

  campaign('loses nothing and recovers by itself: a limit on the size of files', 'file-limit', async (ground) => {
    const disk = limitedDisk(ground.folder);
    if (disk === undefined) {
      process.stderr.write('skipped: there is no prlimit\n');
      return {};
    }
    return fillAndEmpty(ground, disk, 1);
  });
});
