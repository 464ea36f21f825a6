import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const KEY = 'bench-key-0123456789abcdef0123456789abcdef';

/** The built service, started as a user would, on a database of its own. */
export interface Service {
  readonly url: string;
  readonly pid: number;
  post(path: string, body: unknown): Promise<{ readonly status: number; readonly body: Record<string, unknown> }>;
  get(path: string): Promise<Record<string, unknown>>;
  stop(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new TypeError('the probe got no port');
  return address.port;
}

/** Starts `dist/main.js` and resolves when it is ready. */
export async function startService(env: Readonly<Record<string, string>> = {}): Promise<Service> {
  const folder = mkdtempSync(join(tmpdir(), 'wand-bench-'));
  const port = await freePort();
  const child = spawn(process.execPath, ['dist/main.js'], {
    env: {
      PATH: process.env['PATH'],
      ENVIRONMENT: 'production',
      HOST: '127.0.0.1',
      PORT: String(port),
      DATABASE__URL: `sqlite:///${folder}/bench.db`,
      SECURITY__API_KEY: KEY,
      LOGGING__LEVEL: 'INFO',
      MONITORING__METRICS_PORT: '0',
      ...env,
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const url = `http://127.0.0.1:${port}`;
  await untilReady(url, child);
  const headers = { 'X-API-Key': KEY, 'Content-Type': 'application/json' };
  const read = async (response: Response): Promise<Record<string, unknown>> =>
    (await response.json()) as Record<string, unknown>;
  return {
    url,
    pid: child.pid ?? 0,
    post: async (path, body) => {
      const response = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
      return { status: response.status, body: await read(response) };
    },
    get: async (path) => read(await fetch(url + path, { headers })),
    stop: async () => {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function untilReady(url: string, child: ChildProcess): Promise<void> {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline;) {
    if (child.exitCode !== null) throw new Error(`the service stopped with exit code ${child.exitCode}`);
    const ready = await fetch(`${url}/health/ready`).then(
      (response) => response.ok,
      () => false,
    );
    if (ready) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error('the service was not ready within 30 s');
}
