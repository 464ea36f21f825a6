import { AppConfig } from '../../src/config/index.js';
import { type DatabaseClient, openDatabaseClient } from '../support/database-client.js';
import { given } from '../support/given.js';
import { type TestAgents, registerTestAgents } from '../support/test-agents.js';
import { useApi } from '../support/use-api.js';
import { waitFor } from '../support/wait-for.js';

const GATE = { name: 'gate', nodes: [{ id: 'gate', type: 'agent.test.gate' }], edges: [] };

describe('A process whose database another one has taken over', () => {
  const api = useApi({ env: { DATABASE__LEASE_SEC: '600' } });
  let agents: TestAgents;
  let other: DatabaseClient;

  beforeAll(async () => {
    agents = registerTestAgents(api.service);
    other = await openDatabaseClient(api.service.app.get(AppConfig).database.url);
  });
  afterAll(() => other.close());

  const journal = () => other.rows('SELECT * FROM run_events ORDER BY run_id, seq');
  const runs = () => other.rows('SELECT * FROM runs ORDER BY run_id');
  const fenced = async (): Promise<number> => {
    const { body } = await api.get('/metrics');
    return Number(/^wand_journal_appends_fenced_total (\d+)$/m.exec(body as string)?.[1]);
  };

  it('stores nothing any more, counts what was refused, and lets its clients go', async () => {
    const { run_id, graph_id } = await given(api).run(GATE);
    await waitFor('the gate to be reached', () => agents.calls.get('gate') === 1);
    const stream = (await api.fetch(`/runs/${run_id}/stream`)).text();
    const before = { journal: await journal(), runs: await runs() };
    expect(await fenced()).toBe(0);

    await other.execute(`UPDATE process_lease SET owner = 'elsewhere:1:another'`);
    agents.release();
    const start = await api.post('/runs', { graph_id });
    expect(start).toMatchObject({
      status: 503,
      body: { type: expect.stringMatching(/storage-unavailable|shutting-down/) },
    });

    expect(await stream).toMatch(/: reconnect\n\n$/);
    expect(await stream).not.toContain('stream.end');
    expect(await fenced()).toBeGreaterThan(0);
    expect((await api.get('/health/ready')).status).toBe(503);
    expect((await api.post(`/runs/${run_id}/cancel`)).status).toBe(503);
    expect({ journal: await journal(), runs: await runs() }).toEqual(before);
  });
});
