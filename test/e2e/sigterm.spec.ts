import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BuiltService } from '../support/built-service.js';
import { CallCounter } from '../support/call-counter.js';
import { waitFor } from '../support/wait-for.js';

interface LogEntry {
  readonly type: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

describe('SIGTERM', () => {
  let folder: string;
  let counter: CallCounter;
  const services: BuiltService[] = [];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'wand-term-'));
    counter = await CallCounter.start();
  });

  afterEach(async () => {
    for (const service of services.splice(0)) await service.stop('SIGKILL');
    await counter.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const start = async (graceSec: number): Promise<BuiltService> => {
    const env = { SHUTDOWN_GRACE_SEC: String(graceSec) };
    const service = await BuiltService.start({ database: join(folder, 'wand.db'), env });
    services.push(service);
    return service;
  };

  /** Starts a run whose first node waits for the counter's gate. */
  const startHeldRun = async (service: BuiltService): Promise<string> => {
    counter.shut();
    const { graph_id } = await service.post<{ graph_id: string }>('/graphs', {
      name: 'held',
      nodes: [
        { id: 'held', type: 'agent.fetch', params: { url: `${counter.url}/held` } },
        { id: 'after', type: 'agent.echo', params: { x: 1 } },
      ],
      edges: [{ from: 'held', to: 'after' }],
    });
    const { run_id } = await service.post<{ run_id: string }>('/runs', { graph_id });
    await waitFor('the agent to call', () => counter.calls.length > 0);
    return run_id;
  };

  const logOf = (service: BuiltService, runId: string): Promise<LogEntry[]> =>
    service.json<LogEntry[]>(`/runs/${runId}/logs`);

  it('lets an attempt end within the grace, starts nothing after it, and exits 0', async () => {
    const service = await start(20);
    const runId = await startHeldRun(service);
    const exit = service.stop('SIGTERM');
    await waitFor('readiness to be off', async () => (await service.request('/health/ready')).status === 503);
    const refused = await service.request('/runs', { method: 'POST', body: JSON.stringify({ graph_id: 'g_x' }) });
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).not.toBeNull();
    counter.open();
    expect(await exit).toBe(0);

    const after = await start(20);
    await waitFor('the run to go on', async () => {
      const run = await after.json<{ status: string }>(`/runs/${runId}`);
      return run.status === 'SUCCESS';
    });
    const types = (await logOf(after, runId)).map((entry) => entry.type);
    expect(types.indexOf('run.recovered')).toBeGreaterThan(types.indexOf('node.succeeded'));
    expect(types).not.toContain('node.interrupted');
    expect(counter.calls).toHaveLength(1);
  });

  it('journals what is still running after the grace as interrupted, and uses up no retry', async () => {
    const service = await start(0);
    const runId = await startHeldRun(service);
    expect(await service.stop('SIGTERM')).toBe(0);
    counter.open();

    const after = await start(0);
    await waitFor('the run to go on', async () => {
      const run = await after.json<{ status: string }>(`/runs/${runId}`);
      return run.status === 'SUCCESS';
    });
    const log = await logOf(after, runId);
    const interrupted = log.filter((entry) => entry.type === 'node.interrupted');
    expect(interrupted.map((entry) => entry.data?.['cause'])).toEqual(['shutdown']);
    expect(log.map((entry) => entry.type)).not.toContain('node.retrying');
  });

  it('tells open streams to reconnect and closes them without stream.end', async () => {
    const service = await start(0);
    const runId = await startHeldRun(service);
    const stream = await service.request(`/runs/${runId}/stream`);
    const text = stream.text();
    await service.stop('SIGTERM');
    expect(await text).toMatch(/: reconnect\n/);
    expect(await text).not.toContain('stream.end');
  });
});

describe('a second process on the same database', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'wand-second-'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('stops with one line that names the owner', async () => {
    const database = join(folder, 'wand.db');
    const owner = await BuiltService.start({ database });
    const second = await BuiltService.spawn({ database });
    expect(await second.exited()).toBe(1);
    expect(second.log).toContain(`the database is in use by the process ${owner.pid} on `);
    expect(await owner.stop('SIGTERM')).toBe(0);
  });

  it('stops waiting for it when it is told to', async () => {
    const database = join(folder, 'wand.db');
    const owner = await BuiltService.start({ database });
    const second = await BuiltService.spawn({ database, args: ['--wait'] });
    await waitFor('the second process to wait', () => second.log.includes('waiting for the process'));
    expect(await second.stop('SIGTERM')).toBe(0);
    expect(await owner.stop('SIGTERM')).toBe(0);
  });
});

describe('A process that is told to stop before it has started', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'wand-early-stop-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('stops in order, and leaves the database to the next one', async () => {
    const database = join(folder, 'wand.db');
    const early = await BuiltService.spawn({ database });
    await waitFor('it to listen', () => isAnswering(early));
    expect(await early.stop('SIGTERM')).toBe(0);
    expect(early.log).toContain('stopped in order');
    const next = await BuiltService.start({ database });
    expect(await next.stop('SIGTERM')).toBe(0);
  });
});

function isAnswering(service: BuiltService): Promise<boolean> {
  return service.request('/health/live').then(
    ({ ok }) => ok,
    () => false,
  );
}
