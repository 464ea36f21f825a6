import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { API_KEY, BuiltService } from '../support/built-service.js';
import { freePort } from '../support/free-port.js';
import { RawClient } from '../support/sse-server.js';
import { type TestAgents, registerTestAgents } from '../support/test-agents.js';
import { itOnSqlite } from '../support/test-database.js';
import { useApi } from '../support/use-api.js';
import { waitFor } from '../support/wait-for.js';

describe('GET /metrics on the main port', () => {
  const api = useApi({ env: { EXECUTION__MAX_CONCURRENT_RUNS: '1' } });
  let agents: TestAgents;
  let graph: unknown;

  beforeAll(async () => {
    agents = registerTestAgents(api.service);
    const nodes = [{ id: 'gate', type: 'agent.test.gate' }];
    graph = ((await api.post('/graphs', { name: 'gate', nodes, edges: [] })).body as { graph_id: string }).graph_id;
  });

  const read = async (name: string): Promise<number> => {
    const { body } = await api.get('/metrics');
    const line = (body as string).split('\n').find((text) => text.startsWith(`${name} `));
    return Number(line?.split(' ')[1]);
  };

  it('takes a key, and answers the text format of Prometheus', async () => {
    expect((await api.fetch('/metrics', { headers: { 'X-API-Key': 'wrong' } })).status).toBe(401);
    const answer = await api.get('/metrics');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.body).toMatch(/^process_cpu_seconds_total \S+$/m);
  });

  it('tells how many runs are worked on and how many wait', async () => {
    for (let index = 0; index < 3; index++) await api.post('/runs', { graph_id: graph });
    await waitFor('one live run', () => agents.calls.get('gate') === 1);
    expect(await read('wand_runs_live')).toBe(1);
    expect(await read('wand_runs_queued')).toBe(2);
    await waitFor('the runs to end', async () => {
      agents.release();
      return (await read('wand_runs_live')) === 0;
    });
    expect(await read('wand_runs_queued')).toBe(0);
  });

  const written = async () => ({
    flushes: await read('wand_journal_flushes_total'),
    rows: await read('wand_journal_rows_total'),
    stored: await read('wand_journal_writes_total{outcome="stored"}'),
  });
  const say = { name: 'one write', nodes: [{ id: 'say', type: 'agent.echo' }], edges: [] };

  it('tells what the journal has written', async () => {
    const { graph_id } = (await api.post('/graphs', say)).body as { graph_id: string };
    const before = await written();
    await api.post('/runs?wait=20', { graph_id });
    const after = await written();
    expect(after.flushes).toBeGreaterThan(before.flushes);
    expect(after.stored).toBeGreaterThan(before.stored);
    // Five entries, the run and its progress.
    expect(after.rows).toBeGreaterThan(before.rows + 5);
    expect(await read('wand_journal_writes_waiting')).toBe(0);
    expect(await read('wand_journal_appends_fenced_total')).toBe(0);
  });

  itOnSqlite('there everything is written by the one writer', 'counts a graph as a write too', async () => {
    const before = await written();
    await api.post('/graphs', say);
    const after = await written();
    expect(after).toMatchObject({ flushes: before.flushes + 1, stored: before.stored + 1 });
    expect(after.rows).toBeGreaterThan(before.rows);
  });

  it('tells how many streams are open', async () => {
    expect(await read('wand_streams_open{kind="events"}')).toBe(0);
    const client = await RawClient.ask(Number(new URL(api.url).port), {
      path: '/events',
      headers: `X-API-Key: ${API_KEY}\r\n`,
    });
    await waitFor('the stream to open', async () => (await read('wand_streams_open{kind="events"}')) === 1);
    client.leave();
    await waitFor('the stream to close', async () => (await read('wand_streams_open{kind="events"}')) === 0);
  });
});

describe('GET /metrics on a port of its own', () => {
  let folder: string;
  const services: BuiltService[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'wand-metrics-'));
  });
  afterEach(async () => {
    for (const service of services.splice(0)) await service.stop('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  const start = async (name: string, env: Record<string, string>): Promise<BuiltService> => {
    const service = await BuiltService.start({ database: join(folder, `${name}.db`), env });
    services.push(service);
    return service;
  };

  it('asks for no key there and is not on the main port', async () => {
    const port = await freePort();
    const service = await start('own', { MONITORING__METRICS_PORT: String(port) });
    const url = `http://127.0.0.1:${port}`;
    expect(await (await fetch(`${url}/metrics`)).text()).toMatch(/^wand_runs_live 0$/m);
    expect((await fetch(`${url}/runs`)).status).toBe(404);
    expect((await fetch(`${url}/metrics`, { method: 'POST' })).status).toBe(405);
    expect((await service.request('/metrics')).status).toBe(404);
    expect(await service.stop('SIGTERM')).toBe(0);
  });

  it('stops the start with one line when the port is in use', async () => {
    const MONITORING__METRICS_PORT = String(await freePort());
    await start('first', { MONITORING__METRICS_PORT });
    const second = await BuiltService.spawn({
      database: join(folder, 'second.db'),
      env: { MONITORING__METRICS_PORT, LOGGING__LEVEL: 'ERROR' },
    });
    services.push(second);
    expect(await second.exited()).toBe(1);
    expect(second.log).toMatch(/^MONITORING__METRICS_PORT: cannot listen on port \d+ of 127\.0\.0\.1: .*\n$/);
  });

  it('is nowhere when it is turned off', async () => {
    const port = await freePort();
    const env = { MONITORING__ENABLE_METRICS: 'false', MONITORING__METRICS_PORT: String(port) };
    const service = await start('off', env);
    await expect(fetch(`http://127.0.0.1:${port}/metrics`)).rejects.toThrow();
    expect((await service.request('/metrics')).status).toBe(404);
  });
});
