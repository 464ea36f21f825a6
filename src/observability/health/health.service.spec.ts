import { Logger } from '@nestjs/common';
import { mapEnvironment } from '../../config/index.js';
import { type DependencyCheck, DependencyChecks } from './dependency-check.js';
import { HealthService } from './health.service.js';
import { Readiness } from './readiness.js';
import { ServiceVersion } from './service-version.js';

class ScriptedDatabase implements DependencyCheck {
  readonly name = 'database';
  readonly refusal = 'the database does not answer';
  checks = 0;
  answer: () => Promise<void> = () => Promise.resolve();
  readonly check = (): Promise<void> => {
    this.checks++;
    return this.answer();
  };
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
    health = new HealthService(
      mapEnvironment({}).config,
      new ServiceVersion('1.2.3'),
      readiness,
      new DependencyChecks([database]),
    );
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('reuses the answer of the database for the interval', async () => {
    await health.assertReady(false);
    jest.advanceTimersByTime(29_000);
    await health.assertReady(false);
    expect(database.checks).toBe(1);
    jest.advanceTimersByTime(1_001);
    await health.assertReady(false);
    expect(database.checks).toBe(2);
  });

  it('asks again soon after a failure', async () => {
    database.answer = () => Promise.reject(new Error('locked'));
    await expect(health.assertReady(false)).rejects.toMatchObject({ code: 'not-ready' });
    database.answer = () => Promise.resolve();
    jest.advanceTimersByTime(1_000);
    await expect(health.assertReady(false)).rejects.toThrow('the database does not answer');
    jest.advanceTimersByTime(1_001);
    await health.assertReady(false);
    expect(database.checks).toBe(2);
  });

  it('does not wait for ever', async () => {
    database.answer = () => new Promise(() => undefined);
    const refused = expect(health.assertReady(false)).rejects.toMatchObject({ code: 'not-ready' });
    await jest.advanceTimersByTimeAsync(5_000);
    await refused;
    expect(jest.getTimerCount()).toBe(0);
  });

  it('asks once, however many want to know at the same time', async () => {
    const answer = Promise.withResolvers<void>();
    database.answer = () => answer.promise;
    const asked = Array.from({ length: 1_000 }, () => health.isReady());
    answer.resolve();
    expect(new Set(await Promise.all(asked))).toEqual(new Set([true]));
    expect(database.checks).toBe(1);
  });

  it('does not ask again while the last question is not answered, and believes a late answer', async () => {
    const answer = Promise.withResolvers<void>();
    database.answer = () => answer.promise;
    for (let round = 0; round < 3; round++) {
      const ready = health.isReady();
      await jest.advanceTimersByTimeAsync(5_000);
      expect(await ready).toBe(false);
      jest.advanceTimersByTime(2_001);
    }
    expect(database.checks).toBe(1);
    answer.resolve();
    expect(await health.isReady()).toBe(true);
    expect(database.checks).toBe(1);
  });

  it('survives a dependency that throws at once, and what is no error', async () => {
    database.answer = () => {
      throw new TypeError('broken');
    };
    expect(await health.isReady()).toBe(false);
    jest.advanceTimersByTime(2_001);
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- what a careless driver does
    database.answer = () => Promise.reject('no error');
    expect(await health.isReady()).toBe(false);
    expect(database.checks).toBe(2);
  });

  it('asks what looks at nothing but this process each time', async () => {
    const engine = new ScriptedDatabase();
    const readiness = new Readiness();
    readiness.becomeReady();
    const local = { name: 'engine', refusal: 'no', isLocal: true, check: engine.check };
    const both = new DependencyChecks([database, local]);
    const service = new HealthService(mapEnvironment({}).config, new ServiceVersion('1.2.3'), readiness, both);
    for (let round = 0; round < 3; round++) await service.assertReady(false);
    expect(engine.checks).toBe(3);
    expect(database.checks).toBe(1);
  });
});
