import { Logger } from '@nestjs/common';
import { mapEnvironment } from '../../config/index.js';
import { DatabaseCheck } from './database-check.js';
import { HealthService } from './health.service.js';
import { Readiness } from './readiness.js';
import { ServiceVersion } from './service-version.js';

class ScriptedDatabase extends DatabaseCheck {
  checks = 0;
  answer: () => Promise<void> = () => Promise.resolve();

  override check(): Promise<void> {
    this.checks++;
    return this.answer();
  }
}

describe('HealthService', () => {
  let database: ScriptedDatabase;
  let health: HealthService;
  beforeAll(() => {
    Logger.overrideLogger(false);
  });
  beforeEach(() => {
    jest.useFakeTimers();
    database = new ScriptedDatabase();
    const readiness = new Readiness();
    readiness.becomeReady();
    health = new HealthService(mapEnvironment({}).config, new ServiceVersion('1.2.3'), readiness, database);
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('reuses the answer of the database for the interval', async () => {
    await health.assertReady();
    jest.advanceTimersByTime(29_000);
    await health.assertReady();
    expect(database.checks).toBe(1);
    jest.advanceTimersByTime(1_001);
    await health.assertReady();
    expect(database.checks).toBe(2);
  });

  it('asks again soon after a failure', async () => {
    database.answer = () => Promise.reject(new Error('locked'));
    await expect(health.assertReady()).rejects.toMatchObject({ code: 'not-ready' });
    database.answer = () => Promise.resolve();
    jest.advanceTimersByTime(1_000);
    await expect(health.assertReady()).rejects.toThrow('the database does not answer');
    jest.advanceTimersByTime(1_001);
    await health.assertReady();
    expect(database.checks).toBe(2);
  });

  it('does not wait for ever', async () => {
    database.answer = () => new Promise(() => undefined);
    const refused = expect(health.assertReady()).rejects.toMatchObject({ code: 'not-ready' });
    await jest.advanceTimersByTimeAsync(5_000);
    await refused;
    expect(jest.getTimerCount()).toBe(0);
  });
});
