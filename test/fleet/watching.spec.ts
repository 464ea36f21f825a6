import { randomBytes } from 'node:crypto';
import { BuiltService } from '../support/built-service.js';
import { readStream } from '../support/read-stream.js';
import { type ServerTestDatabase, createPostgresDatabase } from '../support/server-databases.js';
import { POSTGRES_URL, REDIS_URL, describeWith } from '../support/services.js';
import { dropRedisKeys } from './support/drop-redis-keys.js';
import { waitFor } from '../support/wait-for.js';

const BACKENDS = [
  { backend: 'redis', queueUrl: REDIS_URL },
  { backend: 'postgres', queueUrl: undefined },
] as const;
const SLOW = [
  { id: 'a', type: 'agent.delay', params: { seconds: 1 } },
  { id: 'b', type: 'agent.echo' },
];

interface RunAnswer {
  readonly run_id: string;
  readonly status: string;
}

describe.each(BACKENDS)('A fleet with its queue in $backend', ({ backend, queueUrl }) => {
  describeWith(backend, queueUrl ?? POSTGRES_URL, 'is watched from a process that executes nothing', () => {
    let database: ServerTestDatabase;
    let api: BuiltService;
    let worker: BuiltService;
    let graphId: string;

    const prefix = (): string => `wand-test-${new URL(database.url).pathname.slice(-16)}`;
    const start = (role: string) =>
      BuiltService.start({
        database: '',
        env: {
          DATABASE__URL: database.url,
          EXECUTION__ENGINE: 'bullmq',
          QUEUE__BACKEND: backend,
          QUEUE__PREFIX: prefix(),
          ROLE: role,
          // A short one, from which no secret for tokens is made.
          SECURITY__API_KEY: 'short-key-0123456789',
          ...(queueUrl === undefined ? {} : { QUEUE__URL: queueUrl }),
        },
      });
    const headers = { 'X-API-Key': 'short-key-0123456789' };
    const ask = async <Answer>(service: BuiltService, path: string, body?: unknown): Promise<Answer> => {
      const init = body === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) };
      return service.json<Answer>(path, init);
    };

    beforeAll(async () => {
      database = await createPostgresDatabase();
      [api, worker] = [await start('api'), await start('all')];
      ({ graph_id: graphId } = await ask<{ graph_id: string }>(api, '/graphs', {
        name: `watched ${randomBytes(4).toString('hex')}`,
        nodes: SLOW,
        edges: [{ from: 'a', to: 'b' }],
      }));
    }, 120_000);
    afterAll(async () => {
      await Promise.all([api, worker].map((service) => service.stop('SIGTERM')));
      if (backend === 'redis') await dropRedisKeys(prefix());
      await database.drop();
    });

    it('waits for the end of a run', async () => {
      expect(await ask<RunAnswer>(api, '/runs?wait=20', { graph_id: graphId })).toMatchObject({ status: 'SUCCESS' });
    });

    it('streams a run from its begin to its end, each event once and in order', async () => {
      const { run_id: run } = await ask<RunAnswer>(api, '/runs', { graph_id: graphId });
      const { events } = await readStream(await api.request(`/runs/${run}/stream`, { headers }));
      const ids = events.flatMap(({ id }) => (id === undefined ? [] : [Number(id)]));
      expect(ids).toEqual(ids.map((_, index) => index + 1));
      expect(events.at(-1)).toMatchObject({ event: 'stream.end' });
      expect(events.at(-2)).toMatchObject({ event: 'run.succeeded' });
    });

    it('tells what happens to all runs', async () => {
      const feed = await api.request('/events', { headers });
      const reading = readStream(feed, (events) => events.some(({ event }) => event === 'run.succeeded'));
      await ask(worker, '/runs', { graph_id: graphId });
      const { events } = await reading;
      expect(events.map(({ event }) => event)).toEqual(['stream.start', 'run.queued', 'run.started', 'run.succeeded']);
    });

    it('takes a token for a stream that another process has made', async () => {
      const { run_id: run } = await ask<RunAnswer>(worker, '/runs?wait=20', { graph_id: graphId });
      const { token } = await ask<{ token: string }>(worker, '/auth/stream-token', { run_id: run });
      const stream = await fetch(`${api.url}/runs/${run}/stream?access_token=${token}`);
      expect(stream.status).toBe(200);
      await stream.body?.cancel();
    });

    it('ends the streams of a key that another process has revoked', async () => {
      const { key_id: keyId, key } = await ask<{ key_id: string; key: string }>(worker, '/api-keys', {
        name: 'short',
        scopes: ['runs:read'],
      });
      const stream = await api.request('/events', { headers: { 'X-API-Key': key } });
      expect(stream.status).toBe(200);
      let isOver = false;
      void readStream(stream).finally(() => (isOver = true));
      await worker.request(`/api-keys/${keyId}`, { method: 'DELETE', headers });
      await waitFor('its end', () => isOver, 3_000);
    });
  });
});
