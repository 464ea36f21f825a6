import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { API_KEY, BuiltService } from '../support/built-service.js';
import { RawClient } from '../support/sse-server.js';
import { waitFor } from '../support/wait-for.js';

type Line = Readonly<Record<string, unknown>> & { readonly msg: string; readonly level: string };

describe('the log', () => {
  let folder: string;
  let service: BuiltService;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'wand-logs-'));
    service = await BuiltService.start({
      database: join(folder, 'wand.db'),
      entry: 'test/support/talkative-service.mjs',
      env: { LOGGING__LEVEL: 'DEBUG' },
    });
  });
  afterAll(async () => {
    await service.stop('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  const lines = (): Line[] =>
    service.log
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Line);
  const lineThat = (what: string, is: (line: Line) => boolean): Promise<Line> =>
    waitFor(`the line of ${what}`, () => lines().find(is));
  const lineOf = (requestId: string): Promise<Line> =>
    lineThat(requestId, (line) => line['request_id'] === requestId && 'duration_ms' in line);
  const ask = (path: string, requestId: string, init: RequestInit = {}): Promise<Response> =>
    service.request(path, { ...init, headers: { 'X-Request-ID': requestId, ...init.headers } });

  const graphOf = async (nodes: readonly object[]): Promise<string> =>
    (await service.post<{ readonly graph_id: string }>('/graphs', { name: 'talk', nodes, edges: [] })).graph_id;
  const start = async (graph: string, requestId: string, query = ''): Promise<string> => {
    const body = JSON.stringify({ graph_id: graph });
    const answer = await ask(`/runs${query}`, requestId, { method: 'POST', body });
    return ((await answer.json()) as { readonly run_id: string }).run_id;
  };

  it('tells of each request what was asked, what was answered, in which time, to whom and how much', async () => {
    const answer = await ask('/graphs?limit=1&name=secret-name', 'list');
    const body = await answer.text();
    const line = await lineOf('list');
    expect(line).toEqual({
      level: 'info',
      time: expect.any(String),
      service: 'Wand Orchestrator',
      environment: 'production',
      request_id: 'list',
      method: 'GET',
      path: '/graphs',
      route: '/graphs',
      status: 200,
      duration_ms: expect.any(Number),
      bytes: Buffer.byteLength(body),
      address: expect.stringContaining('127.0.0.1'),
      caller: expect.stringMatching(/^[0-9a-f]{16}$/),
      msg: 'GET /graphs 200',
    });
  });

  it('names the request and the run wherever a request starts, reads or cancels one', async () => {
    const graph = await graphOf([{ id: 'wait', type: 'agent.delay', params: { seconds: 60 } }]);
    const run = await start(graph, 'starts');
    await ask(`/runs/${run}`, 'reads');
    await ask(`/runs/${run}/cancel`, 'cancels', { method: 'POST' });
    for (const id of ['starts', 'reads', 'cancels']) {
      expect(await lineOf(id)).toMatchObject({ request_id: id, run_id: run });
    }
    expect(await lineOf('reads')).toMatchObject({ path: `/runs/${run}`, route: '/runs/:run_id' });
    await ask('/runs/r_00000000000000000000000000', 'unknown');
    expect(await lineOf('unknown')).not.toHaveProperty('run_id');
  });

  it('names run, node and attempt in what plugins log during an attempt, and no request', async () => {
    const retry = { max: 1, base_sec: 0.01, jitter: 'none' };
    const graph = await graphOf([
      { id: 'left', type: 'agent.talkative', params: { says: 'left', fail: true }, retry, optional: true },
      { id: 'right', type: 'agent.talkative', params: { says: 'right' } },
    ]);
    const run = await start(graph, 'talks', '?wait=20');
    const said = (says: string): object[] =>
      lines()
        .filter(({ msg, context }) => context === 'Talkative' && msg.startsWith(says))
        .map(({ msg, run_id, node_id, attempt, request_id }) => ({ msg, run_id, node_id, attempt, request_id }));
    const expected = (node_id: string, attempt: number): object[] =>
      ['at once', 'later'].map((when) => ({
        msg: `${node_id} ${when}`,
        run_id: run,
        node_id,
        attempt,
        request_id: undefined,
      }));
    await lineOf('talks');
    expect(said('left')).toEqual([...expected('left', 1), ...expected('left', 2)]);
    expect(said('right')).toEqual(expected('right', 1));
    // What an agent tells its run stands in the journal of that run.
    expect(service.log).not.toContain('left to its run');
    expect(await (await ask(`/runs/${run}/logs`, 'journal')).text()).toContain('left to its run');
  });

  it('keeps runs apart that are worked on at the same time', async () => {
    const graph = await graphOf([{ id: 'only', type: 'agent.talkative', params: { says: 'crowd ${run.id}' } }]);
    const runs = await Promise.all(
      Array.from({ length: 30 }, (_, index) => start(graph, `crowd-${index}`, '?wait=20')),
    );
    for (const [index, run] of runs.entries()) expect(await lineOf(`crowd-${index}`)).toMatchObject({ run_id: run });
    const crowd = lines().filter(({ msg }) => msg.startsWith('crowd r_'));
    expect(crowd).toHaveLength(2 * runs.length);
    for (const { msg, run_id } of crowd) expect(msg).toContain(`crowd ${String(run_id)} `);
  });

  it('tells of requests that were refused, and whose client left', async () => {
    await ask('/runs', 'stranger', { headers: { 'X-API-Key': 'wrong-key' } });
    const refused = await lineOf('stranger');
    expect(refused).toMatchObject({ level: 'info', status: 401, path: '/runs' });
    expect(refused).not.toHaveProperty('caller');
    const graph = await graphOf([{ id: 'wait', type: 'agent.delay', params: { seconds: 60 } }]);
    const body = JSON.stringify({ graph_id: graph });
    const client = await RawClient.ask(Number(new URL(service.url).port), {
      method: 'POST',
      path: '/runs?wait=30',
      headers: `X-API-Key: ${API_KEY}\r\nX-Request-ID: leaves\r\nContent-Length: ${body.length}\r\nContent-Type: application/json\r\n\r\n${body}`,
    });
    await waitFor('the run to be there', async () => {
      const { items } = await service.json<{ readonly items: readonly object[] }>(`/runs?graph_id=${graph}`);
      return items.length === 1;
    });
    client.leave();
    const line = await lineOf('leaves');
    expect(line).toMatchObject({
      aborted: true,
      msg: 'POST /runs aborted by the client',
      run_id: expect.stringMatching(/^r_/),
    });
  });

  it('holds no key, cookie, token or query, whatever was sent', async () => {
    const secrets = ['canary-key', 'canary-bearer', 'canary-cookie', 'canary-token', 'canary-query', 'canary-body'];
    await ask('/runs?access_token=canary-token&q=canary-query', 'canary', {
      method: 'POST',
      body: '{"graph_id":"canary-body"}',
      headers: { Authorization: 'Bearer canary-bearer', Cookie: 'sid=canary-cookie', 'X-API-Key': API_KEY },
    });
    await ask('/runs?access_token=canary-token', 'canary-2', { headers: { 'X-API-Key': 'canary-key' } });
    await lineOf('canary');
    await lineOf('canary-2');
    expect([...secrets, API_KEY].filter((secret) => service.log.includes(secret))).toEqual([]);
  });
});
