import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { API_KEY, type BuiltService } from '../../support/built-service.js';
import { POSTGRES_URL, REDIS_URL, describeWith } from '../../support/services.js';
import { waitFor } from '../../support/wait-for.js';
import { Fleet } from '../../fleet/support/fleet.js';

const GRAPH = {
  name: 'short',
  nodes: [
    { id: 'wait', type: 'agent.delay', params: { seconds: 0.2 } },
    { id: 'echo', type: 'agent.echo' },
  ],
  edges: [{ from: 'wait', to: 'echo' }],
};

interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly body: string;
}

/** Undefined when the connection could not be had, or was closed before the request was taken. */
function post(url: string, body: object): Promise<Answer | undefined> {
  return new Promise((resolve, reject) => {
    const headers = { 'X-API-Key': API_KEY, 'Content-Type': 'application/json', 'Idempotency-Key': randomUUID() };
    const sent = request(url, { method: 'POST', agent: false, headers }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'], body: text }),
      );
      response.on('error', reject);
    });
    sent.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' || error.code === 'ECONNRESET') resolve(undefined);
      else reject(error);
    });
    sent.end(JSON.stringify(body));
  });
}

const BACKENDS = [
  { backend: 'redis', service: 'Redis', url: REDIS_URL },
  { backend: 'postgres', service: 'PostgreSQL', url: POSTGRES_URL },
] as const;

describeWith('PostgreSQL', POSTGRES_URL, 'A rolling restart under load', () => {
  for (const { backend, service, url } of BACKENDS) {
    describeWith(service, url, `with the queue in ${service}`, () => {
      let fleet: Fleet;
      beforeAll(async () => {
        fleet = await Fleet.open({
          database: 'postgres',
          backend,
          env: { SHUTDOWN_DELAY_SEC: '1', SHUTDOWN_GRACE_SEC: '10' },
        });
      });
      afterAll(() => fleet.close());

      it('fails no request but with a 503 that may be tried again, and every run ends', async () => {
        const [going, staying] = await Promise.all([fleet.start(), fleet.start()]);
        const { graph_id } = await staying.post<{ graph_id: string }>('/graphs', GRAPH);
        const accepted = new Map<string, BuiltService>();
        const refusals: Answer[] = [];
        const faults: Answer[] = [];
        let isOver = false;
        const load = async (service: BuiltService): Promise<void> => {
          while (!isOver) {
            const answer = await post(`${service.url}/runs`, { graph_id });
            if (answer === undefined) return;
            if (answer.status === 202) accepted.set((JSON.parse(answer.body) as { run_id: string }).run_id, service);
            else if (answer.status === 503) refusals.push(answer);
            else faults.push(answer);
          }
        };
        const loads = [going, going, staying, staying].map(load);
        const from = (service: BuiltService) => [...accepted.values()].filter((each) => each === service).length;
        await waitFor('both to accept runs', () => from(going) > 5 && from(staying) > 5);

        const stopped = going.stop('SIGTERM');
        await waitFor('its readiness to fail', async () => (await going.request('/health/ready')).status === 503);
        const before = from(going);
        await waitFor('it to serve on meanwhile', () => from(going) > before);
        expect(await stopped).toBe(0);
        isOver = true;
        await Promise.all(loads);

        expect(faults).toEqual([]);
        for (const { body, retryAfter } of refusals) {
          expect(body).toMatch(/\/problems\/(shutting-down|not-ready)/);
          expect(Number(retryAfter)).toBeGreaterThan(0);
        }
        await waitFor(
          'every run to end',
          async () => {
            const open = await staying.json<{ items: unknown[] }>('/runs?status=PENDING,RUNNING&limit=1');
            return open.items.length === 0;
          },
          90_000,
        );
        const statuses = new Set<string>();
        for (const runId of accepted.keys()) {
          statuses.add((await staying.json<{ status: string }>(`/runs/${runId}`)).status);
        }
        expect([...statuses]).toEqual(['SUCCESS']);
      }, 240_000);
    });
  }
});
