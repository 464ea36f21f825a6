import pg from 'pg';
import { type ServerTestDatabase, DATABASE_SERVERS, createPostgresDatabase } from '../support/server-databases.js';
import { POSTGRES_URL, describeWith } from '../support/services.js';
import { TcpGate } from '../support/tcp-gate.js';
import { type Api, useApi } from '../support/use-api.js';
import { waitFor } from '../support/wait-for.js';

const RUNS = 20;
const pause = (id: string) => ({ id, type: 'agent.delay', params: { seconds: 0.2 } });
const CHAIN = {
  name: 'chain',
  nodes: [pause('a'), pause('b'), pause('c')],
  edges: [
    { from: 'a', to: 'b' },
    { from: 'b', to: 'c' },
  ],
};

interface LogEntry {
  readonly seq: number;
  readonly type: string;
  readonly node_id: string | null;
}

/** A service whose way to the database can be cut. */
function useGated(create: () => Promise<ServerTestDatabase>) {
  let database: ServerTestDatabase;
  let gate: TcpGate;
  beforeAll(async () => {
    database = await create();
    gate = await TcpGate.open(database.url);
  });
  const api = useApi({
    env: {
      get DATABASE__URL() {
        return gate.url;
      },
      DATABASE__CONNECTION_TIMEOUT: '1',
      MONITORING__HEALTH_CHECK_INTERVAL: '0.1',
    },
  });
  afterAll(async () => {
    await gate.close();
    await database.drop();
  });
  return {
    api,
    get gate() {
      return gate;
    },
    get url() {
      return database.url;
    },
  };
}

const statusOf = async (api: Api, path: string): Promise<number> => (await api.get(path)).status;

async function startRuns(api: Api): Promise<{ readonly graphId: string; readonly ids: string[] }> {
  const graph = await api.post('/graphs', CHAIN);
  expect(graph).toMatchObject({ status: 201 });
  const graphId = (graph.body as { readonly graph_id: string }).graph_id;
  const answers = await Promise.all(Array.from({ length: RUNS }, () => api.post('/runs', { graph_id: graphId })));
  return { graphId, ids: answers.map(({ body }) => (body as { readonly run_id: string }).run_id) };
}

/** Each ends as it should: nothing is missing in its journal, and no node that succeeded did so twice. */
async function expectEnded(api: Api, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    await waitFor(`run ${id} to end`, async () => {
      const { status, body } = await api.get(`/runs/${id}`);
      return status === 200 && (body as { readonly status: string }).status === 'SUCCESS';
    });
    const log = (await api.get(`/runs/${id}/logs?limit=500`)).body as readonly LogEntry[];
    expect(log.map(({ seq }) => seq)).toEqual(log.map((_, index) => index + 1));
    const succeeded = log.filter(({ type }) => type === 'node.succeeded').map(({ node_id }) => node_id);
    expect(succeeded).toEqual(['a', 'b', 'c']);
  }
}

describe.each(DATABASE_SERVERS)('the service while its database is away', ({ server, serverUrl, create }) => {
  describeWith(server, serverUrl, `on ${server}`, () => {
    const gated = useGated(create);
    const { api } = gated;

    const expectAway = async (graphId: string): Promise<void> => {
      const refused = await api.post('/runs', { graph_id: graphId });
      expect(refused).toMatchObject({ status: 503, body: { type: '/problems/storage-unavailable' } });
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(await statusOf(api, '/health/live')).toBe(200);
      await waitFor('the service to say that it is not ready', async () => {
        const { status, body } = await api.get('/health/ready');
        return status === 503 && JSON.stringify(body).includes('database');
      });
    };
    const expectBack = async (): Promise<void> => {
      await waitFor('the service to be ready', async () => (await statusOf(api, '/health/ready')) === 200);
    };

    it('answers 503 while the way to it is cut, and ends every run that it had accepted', async () => {
      const { graphId, ids } = await startRuns(api);
      gated.gate.cut();
      await expectAway(graphId);
      gated.gate.mend();
      await expectBack();
      await expectEnded(api, ids);
    });

    it('answers 503 while nothing comes back from it, and goes on afterwards', async () => {
      const { graphId, ids } = await startRuns(api);
      gated.gate.stall();
      await expectAway(graphId);
      gated.gate.mend();
      await expectBack();
      await expectEnded(api, ids);
    });
  });
});

describeWith('PostgreSQL', POSTGRES_URL, 'the service while PostgreSQL ends its connections', () => {
  const gated = useGated(createPostgresDatabase);
  const { api } = gated;

  it('ends every run that it had accepted', async () => {
    const { ids } = await startRuns(api);
    const client = new pg.Client({ connectionString: gated.url });
    await client.connect();
    for (let round = 0; round < 5; round += 1) {
      await client.query(
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
      );
      // A moment for new connections, which the next round ends.
      await waitFor('a connection', async () => {
        const { rows } = await client.query(
          'SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
        );
        return rows.length > 0;
      });
    }
    await client.end();
    await expectEnded(api, ids);
  });

  it('says that a standby takes no writes, and writes to it when it does', async () => {
    const name = new URL(gated.url).pathname.slice(1);
    const client = new pg.Client({ connectionString: POSTGRES_URL });
    await client.connect();
    const { graphId, ids } = await startRuns(api);
    await expectEnded(api, ids);
    await client.query(`ALTER DATABASE ${name} SET default_transaction_read_only = on`);
    gated.gate.cut();
    gated.gate.mend();
    const refused = await waitFor('a refusal', async () => {
      const answer = await api.post('/runs', { graph_id: graphId });
      return answer.status === 503 && answer;
    });
    expect(refused.body).toMatchObject({ type: '/problems/storage-unavailable' });
    await client.query(`ALTER DATABASE ${name} RESET default_transaction_read_only`);
    await client.end();
    const accepted = await waitFor('the database to be written', async () => {
      const answer = await api.post('/runs', { graph_id: graphId });
      return answer.status === 202 && answer;
    });
    await expectEnded(api, [(accepted.body as { readonly run_id: string }).run_id]);
  });
});
