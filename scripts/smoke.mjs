/**
 * Starts the built service with plain Node, as a container does, runs a graph in it and stops it: `npm run smoke`.
 * Exits 1 and says why if anything is not as it should be.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const KEY = 'smoke-key-0123456789abcdef0123456789abcdef';
const folder = mkdtempSync(join(tmpdir(), 'wand-smoke-'));
const probe = createServer().listen(0, '127.0.0.1');
await once(probe, 'listening');
const { port } = probe.address();
probe.close();
await once(probe, 'close');

const service = spawn(process.execPath, ['dist/main.js'], {
  env: {
    ENVIRONMENT: 'production',
    HOST: '127.0.0.1',
    PORT: String(port),
    DATABASE__URL: `sqlite:///${folder}/smoke.db`,
    SECURITY__API_KEY: KEY,
    MONITORING__METRICS_PORT: '0',
  },
  stdio: ['ignore', 'inherit', 'inherit'],
});
const exit = once(service, 'exit');

const call = async (path, body) => {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'X-API-Key': KEY, 'Content-Type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
  return answer.json();
};

const untilReady = async () => {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline;) {
    if (service.exitCode !== null) throw new Error(`the service stopped with exit code ${service.exitCode}`);
    try {
      await call('/health/ready');
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  throw new Error('the service was not ready within 30 s');
};

try {
  await untilReady();
  const graph = { name: 'smoke', nodes: [{ id: 'echo', type: 'agent.echo', params: { said: 'hello' } }], edges: [] };
  const { graph_id } = await call('/graphs', graph);
  const run = await call('/runs?wait=30', { graph_id });
  if (run.status !== 'SUCCESS' || run.result.outputs.echo.said !== 'hello') {
    throw new Error(`the run ended otherwise than expected: ${JSON.stringify(run)}`);
  }
  service.kill('SIGTERM');
  const [code] = await exit;
  if (code !== 0) throw new Error(`SIGTERM ended the service with exit code ${code}`);
  console.log('smoke: the built service ran a graph and stopped in order');
} catch (error) {
  console.error(`smoke: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
} finally {
  service.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
}
