import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { loadConfig } from '../../src/config/index.js';
import { SystemClock } from '../../src/executor/clock.js';
import type { DatabaseClaim } from '../../src/executor/index.js';
import type { ClaimOptions } from '../../src/executor/engines/database-claim.js';
import { DatabaseLease } from '../../src/executor/engines/embedded/index.js';
import { FleetMembership } from '../../src/executor/engines/fleet/index.js';
import type { RunEngine } from '../../src/executor/index.js';
import { DATABASE_SERVERS } from '../support/server-databases.js';
import { describeWith } from '../support/services.js';
import { waitFor } from '../support/wait-for.js';
import { ServerStorage } from './server-storage.js';
import type { StorageUnderTest } from './storage-under-test.js';

const NOTHING = (): void => undefined;
const VERSION = '1.2.3';
/** Nobody executes anything here. */
const ENGINE = { liveRuns: 3 } as RunEngine;

describe.each(DATABASE_SERVERS)('Processes on one database', ({ server, serverUrl, create }) => {
  describeWith(server, serverUrl, `of ${server}`, () => {
    let storage: ServerStorage;
    const opened: StorageUnderTest[] = [];
    const claims: DatabaseClaim[] = [];

    beforeAll(async () => {
      storage = await ServerStorage.create(create);
    });
    afterEach(async () => {
      for (const claim of claims.splice(0)) await claim.release();
      for (const one of opened.splice(0)) await one.close();
      await storage.dataSource.query('DELETE FROM fleet_members');
      await storage.dataSource.query('DELETE FROM process_lease');
    });
    afterAll(() => storage.drop());

    const keep = <Claim extends DatabaseClaim>(claim: Claim): Claim => {
      claims.push(claim);
      return claim;
    };
    const partsOf = async (env: Readonly<Record<string, string>>) => {
      const one = await storage.open();
      opened.push(one);
      const { config } = loadConfig({ env, cwd: '/nowhere', packageRoot: '/nowhere' });
      return { one, parts: { engine: ENGINE, clock: new SystemClock(), config } };
    };
    const member = async (role = 'all', leaseSec = '15') => {
      const fleet = { EXECUTION__ENGINE: 'bullmq', DATABASE__URL: storage.url, QUEUE__URL: 'redis://queue' };
      const { one, parts } = await partsOf({ ...fleet, ROLE: role, DATABASE__LEASE_SEC: leaseSec });
      return keep(new FleetMembership({ ...parts, members: one.members }));
    };
    const owner = async (leaseSec = '15') => {
      const { one, parts } = await partsOf({ DATABASE__URL: storage.url, DATABASE__LEASE_SEC: leaseSec });
      return keep(new DatabaseLease({ ...parts, leases: one.leases, fleet: one.members }));
    };
    const acquire = (
      claim: DatabaseClaim,
      { wait = false, onLost = NOTHING }: Partial<Pick<ClaimOptions, 'wait' | 'onLost'>> = {},
    ) => claim.acquire({ wait, version: VERSION, onLost });
    const setMember = (id: string, role: string, heartbeatAt: number) =>
      storage.dataSource
        .query(`INSERT INTO fleet_members (member_id, role, version, started_at, heartbeat_at, live_runs)
         VALUES ('${id}', '${role}', '1', 1, ${heartbeatAt}, 0)`);
    const setLease = (by: string, expiresAt: number) =>
      storage.dataSource.query(`INSERT INTO process_lease (id, owner, expires_at) VALUES (1, '${by}', ${expiresAt})`);

    it('know how far their clocks are from that of the database', async () => {
      const worker = await member('worker');
      expect(worker.clockOffsetMs).toBeUndefined();
      await acquire(worker);
      // One machine has one clock.
      expect(Math.abs(worker.clockOffsetMs ?? NaN)).toBeLessThan(500);
    });

    it('see each other, with what each of them does', async () => {
      const [api, worker] = [await member('api'), await member('worker')];
      await acquire(api);
      await acquire(worker);
      const seen = await api.members();
      expect(seen).toEqual([
        expect.objectContaining({ role: 'api', version: VERSION, liveRuns: 3 }),
        expect.objectContaining({ role: 'worker', id: expect.stringContaining(`${hostname()}:${process.pid}:`) }),
      ]);
      for (const { silentMs } of seen) expect(silentMs).toBeLessThan(5_000);
      await worker.release();
      expect((await api.members()).map(({ role }) => role)).toEqual(['api']);
    });

    it('leave to the first that executes what one is to do for all, and to the next when it is gone', async () => {
      const [api, first, second] = [await member('api'), await member('all', '0.5'), await member('worker', '0.5')];
      for (const each of [api, first, second]) await acquire(each);
      expect([api, first, second].map(({ isSteward }) => isSteward)).toEqual([false, true, false]);
      await first.release();
      await waitFor('the second to take it over', () => second.isSteward);
    });

    it('forget one that has been silent for long', async () => {
      await setMember('elsewhere:1:x', 'api', 1);
      await setMember(`${hostname()}:2147483647:y`, 'all', 1);
      const living = await member('all', '0.5');
      await acquire(living);
      await waitFor('the silent ones to be forgotten', async () => (await living.members()).length === 1);
    });

    it('refuse to work alone beside a fleet that lives, and say who is there', async () => {
      // A process of this host with another id that lives.
      await setMember(`${hostname()}:${process.ppid}:x`, 'worker', 9_000_000_000_000);
      const alone = await owner();
      await expect(acquire(alone)).rejects.toThrow(
        `the database is in use by a fleet, of the process ${process.ppid} on ${hostname()} (worker)`,
      );
      expect(await storage.dataSource.query('SELECT * FROM process_lease')).toEqual([]);
      const waiting = acquire(alone, { wait: true });
      await storage.dataSource.query('DELETE FROM fleet_members');
      await waiting;
    });

    it('work alone where the fleet has gone', async () => {
      await setMember('elsewhere:1:x', 'all', 1);
      const alone = await owner();
      await acquire(alone);
      expect(await alone.members()).toEqual([expect.objectContaining({ role: 'all', silentMs: 0, liveRuns: 3 })]);
    });

    it('refuse to join a fleet where one works alone, and say which; they wait for it if told to', async () => {
      const alone = await owner();
      await acquire(alone);
      // Our own process id would be taken for that of an earlier process.
      const id = `${hostname()}:${process.ppid}:${randomUUID()}`;
      await storage.dataSource.query(`UPDATE process_lease SET owner = '${id}'`);
      const joining = await member();
      await expect(acquire(joining)).rejects.toThrow(
        `the database is in use by the process ${process.ppid} on ${hostname()}`,
      );
      expect(await joining.members()).toEqual([]);
      const waiting = acquire(joining, { wait: true });
      await storage.dataSource.query('DELETE FROM process_lease');
      await waiting;
      expect(await joining.members()).toHaveLength(1);
    });

    it('join where the lease was left behind, and clear it away', async () => {
      await setLease(`${hostname()}:2147483647:dead`, 9_000_000_000_000);
      const joining = await member();
      await acquire(joining);
      expect(await storage.dataSource.query('SELECT * FROM process_lease')).toEqual([]);
    });

    it('give up once another one works alone on the database', async () => {
      const standing = await member('all', '0.5');
      const lost = new Promise<string | undefined>((resolve) => {
        void acquire(standing, { onLost: resolve });
      });
      await waitFor('it to be a member', async () => (await standing.members()).length === 1);
      await setLease('elsewhere:1:another', 9_000_000_000_000);
      // It shows that it lives.
      const renewing = setInterval(() => {
        void storage.dataSource.query('UPDATE process_lease SET expires_at = expires_at + 1');
      }, 50);
      const by = await lost.finally(() => clearInterval(renewing));
      expect(by).toBe('1 on elsewhere');
    });
  });
});
