import { POSTGRES_URL, REDIS_URL, describeWith } from '../support/services.js';
import { TcpGate } from '../support/tcp-gate.js';
import { waitFor } from '../support/wait-for.js';
import { Fleet, nodeRuns, startGraph } from './support/fleet.js';

jest.setTimeout(300_000);

const WAITS = { name: 'waits', nodes: [{ id: 'a', type: 'agent.delay', params: { seconds: 600 } }], edges: [] };
const ENV = { SHUTDOWN_GRACE_SEC: '1', MONITORING__HEALTH_CHECK_INTERVAL: '1', DATABASE__CONNECTION_TIMEOUT: '3' };
/** The grace of its attempts, twice the time that a silent database is waited for, and what a process is given to close. */
const STOP_WITHIN_MS = 1_000 + 2 * 3_000 + 15_000;

describeWith('PostgreSQL', POSTGRES_URL, 'A process of a fleet that is told to stop', () => {
  describeWith('Redis', REDIS_URL, 'and has lost its servers', () => {
    it.each([
      ['cut', 'redis'],
      ['cut', 'postgres'],
      ['stall', 'redis'],
      ['stall', 'postgres'],
    ] as const)('ends in time: the way to them is a %s, the queue in %s', async (trouble, backend) => {
      const fleet = await Fleet.open({ database: 'postgres', backend, env: ENV });
      const ways = {
        DATABASE__URL: fleet.database.url,
        QUEUE__URL: backend === 'redis' ? REDIS_URL : fleet.database.url,
      };
      const gates: TcpGate[] = [];
      const env: Record<string, string> = {};
      for (const [key, target] of Object.entries(ways)) {
        const gate = await TcpGate.open(target);
        gates.push(gate);
        env[key] = gate.url;
      }
      try {
        const member = await fleet.start(env);
        await nodeRuns(member, await startGraph(member, WAITS), 'a');
        for (const gate of gates) gate[trouble]();
        await waitFor(
          'the database to be missed',
          async () => (await member.request('/health/ready')).status === 503,
          60_000,
        );
        const toldAt = performance.now();
        expect(await member.stop('SIGTERM')).toBe(0);
        expect(performance.now() - toldAt).toBeLessThan(STOP_WITHIN_MS);
      } finally {
        await fleet.close();
        for (const gate of gates) await gate.close();
      }
    });
  });
});
