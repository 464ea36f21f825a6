import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { loadConfig } from '../../src/config/index.js';
import { Service } from '../../src/service.js';
import { API_KEY } from '../support/built-service.js';

const MINUTE_MS = 60_000;
const RENEWALS_A_MINUTE = 12;

describe('a service that nobody asks for anything', () => {
  let folder: string;
  let service: Service;
  const statements: string[] = [];

  beforeAll(async () => {
    // Before the start, so that every timer of the service is one that the test moves on.
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'clearImmediate', 'queueMicrotask'] });
    jest.spyOn(Logger.prototype, 'log').mockImplementation((message: unknown) => void statements.push(String(message)));
    folder = mkdtempSync(join(tmpdir(), 'wand-idle-'));
    const env = {
      ENVIRONMENT: 'testing',
      HOST: '127.0.0.1',
      PORT: '0',
      DATABASE__URL: `sqlite:///${join(folder, 'wand.db')}`,
      DATABASE__ECHO_SQL: 'true',
      SECURITY__API_KEY: API_KEY,
      SHUTDOWN_GRACE_SEC: '0',
    };
    service = await Service.start(loadConfig({ env, cwd: folder, packageRoot: process.cwd() }), {
      wait: false,
      onOwnershipLost: () => undefined,
    });
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
