import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { waitFor } from '../support/wait-for.js';
import { assertNone, campaign, extent, type Ground, type Tally } from './support/campaign.js';
import { ChaosClient } from './support/chaos-client.js';
import type { ChaosProcess, ProcessOptions } from './support/chaos-process.js';
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

interface Squeeze {
  readonly target: ChaosProcess;
  readonly client: ChaosClient;
  readonly history: History;
  readonly load: MixedLoad;
  readonly disk: SmallDisk;
}

/** Both logs on the disk of the database: the console in a file, and a log file that rolls. */
function logsBeside(database: string): Pick<ProcessOptions, 'consoleFile' | 'env'> {
  const folder = dirname(database);
  const file = {
    LOGGING__FILE_PATH: join(folder, 'service.log'),
    LOGGING__MAX_FILE_SIZE_MB: '1',
    LOGGING__BACKUP_COUNT: '1',
  };
  return { consoleFile: join(folder, 'console.log'), env: file };
}

/** What stands in the logs whose names begin so. */
function linesBeside(database: string, prefix: string): string {
  const folder = dirname(database);
  const names = readdirSync(folder).filter((name) => name.startsWith(prefix));
  return names.map((name) => readFileSync(join(folder, name), 'utf8')).join('');
}

/** The state of readiness; undefined if nobody answered. */
async function isReady(client: ChaosClient): Promise<boolean | undefined> {
  const answer = await client.ask({ method: 'GET', path: '/health/ready' });
  return answer === undefined ? undefined : answer.status === 200;
}

/** Fills the disk and resolves when requests are refused, while the process lives and reads. */
async function fill({ target, client, history, load, disk }: Squeeze): Promise<void> {
  disk.fill((await target.up()).pid);
  history.note('the disk is full');
  let others = 0;
  await waitFor('requests to be refused', async () => {
    others += 1;
    await load.tryAnother(`full-${others}`);
    return refusalsIn(history) >= REFUSALS;
  });
  await waitFor('readiness to be off', async () => (await isReady(client)) === false);
  expect(await client.ask({ method: 'GET', path: '/health/live' })).toMatchObject({ status: 200 });
  expect(await client.ask({ method: 'GET', path: '/runs?limit=1' })).toMatchObject({ status: 200 });
}

/** Makes room again, for the process that has lived through it all or for the next one. */
async function recover({ target, client, history, disk }: Squeeze, way: (typeof WAYS_OUT)[number]): Promise<void> {
  const { pid } = await target.up();
  if (way === 'SIGTERM') expect(await target.stop(way)).toBe(0);
  if (way === 'SIGKILL') await target.stop(way);
  disk.empty(pid);
  history.note('there is room again');
  if (way !== 'wait') await target.start();
  await waitFor('readiness to be on', () => isReady(client));
}

/** @param options `firstWay` is the place in `WAYS_OUT` where the first round begins; `logs` is where the service logs. */
async function fillAndEmpty(
  ground: Ground,
  disk: SmallDisk,
  { firstWay, logs = {} }: { firstWay: number; logs?: Partial<ProcessOptions> },
): Promise<Tally> {
  const { agents } = ground;
  const { database } = disk;
  const tally = { rounds: ROUNDS, runs: 0, refusals: 0, restarts: 0 };
  const target = await ground.start(ground.history(), { database, ...logs, env: { ...ENV, ...logs.env } });
  for (let index = 0; index < ROUNDS; index++) {
    const round = String(index);
    const dice = ground.dice.for(round);
    const history = ground.history(`round-${round}`);
    const client = new ChaosClient(target, history);
    const load = new MixedLoad({ client, agents, dice, round, runs: RUNS, cancelled: 10 });
    const squeeze = { target, client, history, load, disk };
    const way = WAYS_OUT[(index + firstWay) % WAYS_OUT.length] ?? 'wait';

    const enough = agents.afterCalls(dice.between(1, MOST_CALLS));
    const driving = load.drive();
    await enough;
    await fill(squeeze);
    await recover(squeeze, way);
    await driving;

    const { expected } = load;
    const { violations, evidence } = await conclude({ client, target, history, agents, database, round, expected });
    await load.settled();
    assertNone(violations);
    tally.runs += evidence.runs.length;
    tally.refusals += refusalsIn(history);
    tally.restarts += way === 'wait' ? 0 : 1;
  }
  expect(await target.stop('SIGTERM')).toBe(0);
  expect(integrityOf(database)).toBe('ok');
  return tally;
}

describe('a full disk', () => {
  campaign('loses nothing and recovers by itself: a small file system, logs and all', 'disk-full', async (ground) => {
    const disk = tmpfsDisk(ground.folder);
    if (disk === undefined) {
      process.stderr.write('skipped: this user may not mount a tmpfs\n');
      return {};
    }
    try {
      const tally = await fillAndEmpty(ground, disk, { firstWay: 0, logs: logsBeside(disk.database) });
      // Both logs go on after the disk was full: the first round has the process live through it.
      for (const log of ['console', 'service']) expect(linesBeside(disk.database, log)).toContain('stopped in order');
      return tally;
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
    return fillAndEmpty(ground, disk, { firstWay: 1 });
  });
});
