import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../support/free-port.js';
import { CHART_GRAPH, ECHO_GRAPH, SLOW_GRAPH } from './cli-graphs.js';
import { type BuiltProcess, useBuiltPrograms, CLI_KEY as KEY } from './cli-process.js';

describe('wand run --server', () => {
  const { folder, file, start, serve: serveOn, wand } = useBuiltPrograms();
  let url: string;

  const serve = async (program: 'cli/wand.js' | 'main.js', args: string[]): Promise<BuiltProcess> => {
    const started = await serveOn(program, args);
    url = started.url;
    return started.service;
  };
  const call = async (path: string): Promise<Record<string, unknown>> =>
    (await (await fetch(`${url}${path}`, { headers: { 'X-API-Key': KEY } })).json()) as Record<string, unknown>;

  it('runs the graph there, follows it, and brings the artifacts here', async () => {
    await serve('main.js', []);
    const args = [
      'run',
      file('chart.json', CHART_GRAPH),
      '-i',
      'series=[1,2]',
      '--server',
      url,
      '--label',
      'team:data',
    ];
    const { code, stdout, stderr } = await wand(args, { WAND_API_KEY: KEY });
    expect(stderr).toMatch(/▸ draw {2}started\n.*✓ draw {2}succeeded after/);
    expect(stdout).toContain('My-chart-draw.svg');
    expect(existsSync(join(folder(), 'My-chart-draw.svg'))).toBe(true);
    expect(code).toBe(0);
    const [, runId] = /\(run (r_\w+)\)/.exec(stdout) ?? [];
    expect(await call(`/runs/${String(runId)}`)).toMatchObject({ status: 'SUCCESS', labels: { team: 'data' } });
  });

  it('works against what wand serve serves, and stops it in order', async () => {
    const service = await serve('cli/wand.js', ['serve']);
    const { code, stdout } = await wand([
      'run',
      file('echo.json', ECHO_GRAPH),
      '--server',
      url,
      '--api-key',
      KEY,
      '--json',
    ]);
    expect(JSON.parse(stdout)).toMatchObject({
      status: 'SUCCESS',
      result: { outputs: { say: { greeting: 'hello' } } },
    });
    expect(code).toBe(0);
    service.kill('SIGTERM');
    expect((await service.ended).code).toBe(0);
  });

  it('exits 1 and points into the file when the server refuses the graph', async () => {
    await serve('main.js', []);
    const graph = { ...ECHO_GRAPH, nodes: [{ id: 'say', type: 'agent.ecko' }] };
    const { code, stderr } = await wand(['run', file('bad.json', graph), '--server', url, '--api-key', KEY]);
    expect(stderr).toMatch(/error: bad\.json:6:15 \/nodes\/0\/type [\w-]+: .*agent\.echo/);
    expect(code).toBe(1);
  });

  it('exits 1 and says how to pass a key when it has none', async () => {
    await serve('main.js', []);
    const { code, stderr } = await wand(['run', file('echo.json', ECHO_GRAPH), '--server', url]);
    expect(stderr).toMatch(/answered 401 .*pass --api-key or set WAND_API_KEY/);
    expect(code).toBe(1);
  });

  it('cancels the run there on Ctrl-C and exits 130', async () => {
    await serve('main.js', []);
    const process = start('cli/wand.js', ['run', file('slow.json', SLOW_GRAPH), '--server', url, '--api-key', KEY]);
    await process.written(/wait {2}started/);
    process.kill('SIGINT');
    const { code, stdout } = await process.ended;
    expect(code).toBe(130);
    const [, runId] = /^CANCELLED in .*\(run (r_\w+)\)/.exec(stdout) ?? [];
    expect(await call(`/runs/${String(runId)}`)).toMatchObject({ status: 'CANCELLED' });
  });

  it('leaves at once on a second Ctrl-C when the server does not react to the first', async () => {
    const silent = createServer((request, response) => {
      if (request.url === '/graphs') response.writeHead(201).end('{"graph_id":"g_1","version":1}');
      else if (request.url === '/runs') response.writeHead(202).end('{"run_id":"r_1"}');
      else if (request.url === '/runs/r_1/stream') {
        const data = '{"seq":1,"ts":1,"type":"node.started","node_id":"wait","attempt":1}';
        response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write(`id: 1\ndata: ${data}\n\n`);
      }
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    const address = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const process = start('cli/wand.js', ['run', file('slow.json', SLOW_GRAPH), '--server', address]);
    await process.written(/wait {2}started/);
    const impatience = setInterval(() => process.kill('SIGINT'), 50);
    const { code } = await process.ended;
    clearInterval(impatience);
    silent.closeAllConnections();
    await new Promise((resolve) => silent.close(resolve));
    expect(code).toBe(130);
  });

  it('says that the server cannot be reached', async () => {
    const address = `http://127.0.0.1:${await freePort()}`;
    const { code, stderr } = await wand(['run', file('echo.json', ECHO_GRAPH), '--server', address]);
    expect(stderr).toBe(`wand: cannot reach ${address}: ECONNREFUSED\n`);
    expect(code).toBe(1);
  });
});
