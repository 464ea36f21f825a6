import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { loadConfig } from '../../src/config/index.js';
import { Service } from '../../src/service.js';
import { API_KEY } from '../support/built-service.js';
import { databaseUrl } from '../support/test-database.js';

const MINUTE_MS = 60_000;
const RENEWALS_A_MINUTE = 12;

describe('a service that nobody asks for anything', () => {
  let folder: string;
  let service: Service;
  const statements: string[] = [];

  const start = async (): Promise<Service> => {
    const env = {
      ENVIRONMENT: 'testing',
      HOST: '127.0.0.1',
      PORT: '0',
      DATABASE__URL: await databaseUrl(join(folder, 'wand.db')),
      DATABASE__ECHO_SQL: 'true',
      SECURITY__API_KEY: API_KEY,
      SHUTDOWN_GRACE_SEC: '0',
    };
    const loaded = loadConfig({ env, cwd: folder, packageRoot: process.cwd() });
    return Service.start(loaded, { wait: false, onOwnershipLost: () => undefined });
  };
  const post = async (url: string, path: string, body: object): Promise<unknown> => {
    const headers = { 'X-API-Key': API_KEY, 'Content-Type': 'application/json', 'Idempotency-Key': path };
    const answer = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
    return answer.json();
  };

  beforeAll(async () => {
    jest.spyOn(Logger.prototype, 'log').mockImplementation((message: unknown) => void statements.push(String(message)));
    folder = mkdtempSync(join(tmpdir(), 'wand-idle-'));
    // A finished run, that is removed one day, and keys that expire one day.
    const before = await start();
    const url = await before.app.getUrl();
    const graph = { name: 'done', nodes: [{ id: 'a', type: 'agent.echo' }], edges: [] };
    const { graph_id } = (await post(url, '/graphs', graph)) as { graph_id: string };
    expect(await post(url, '/runs?wait=20', { graph_id })).toMatchObject({ status: 'SUCCESS' });
    await before.stop();

    // Before the start, so that every timer of the service is one that the test moves on.
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'clearImmediate', 'queueMicrotask'] });
    service = await start();
    await jest.advanceTimersByTimeAsync(MINUTE_MS);
  });

  afterAll(async () => {
    await service.stop();
    jest.useRealTimers();
    jest.restoreAllMocks();
    rmSync(folder, { recursive: true, force: true });
  });

  it('asks its database nothing in a minute; it only shows that it lives', async () => {
    statements.length = 0;
    await jest.advanceTimersByTimeAsync(MINUTE_MS);
    const work = statements.filter((statement) => !/^(BEGIN|COMMIT)/.test(statement));
    expect(work.filter((statement) => !statement.includes('process_lease'))).toEqual([]);
    expect(statements.filter((statement) => statement.startsWith('BEGIN'))).toHaveLength(RENEWALS_A_MINUTE);
  });
});
