import { join } from 'node:path';
import { Module } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import request from 'supertest';
import { storageOptions } from '../../app.module.js';
import { AuthModule } from '../../auth/index.js';
import { AppConfig, ConfigModule, loadConfig } from '../../config/index.js';
import { HttpModule, configureHttpApp } from '../../http/index.js';
import { StorageModule } from '../../storage/index.js';
import { LoggingModule } from '../logging/index.js';
import { MetricsModule } from '../metrics/index.js';
import { type DependencyCheck, DependencyChecks } from './dependency-check.js';
import { HealthModule } from './health.module.js';
import { Readiness } from './readiness.js';

const PACKAGE_ROOT = join(__dirname, '..', '..', '..');

class SwitchableDatabase implements DependencyCheck {
  readonly name = 'database';
  readonly refusal = 'the database does not answer';
  isUp = true;
  checks = 0;
  readonly check = async (): Promise<void> => {
    this.checks++;
    if (!this.isUp) throw new Error('SQLITE_BUSY');
  };
}

async function start(interval: number) {
  const database = new SwitchableDatabase();
  const loaded = loadConfig({
    env: {
      ENVIRONMENT: 'testing',
      LOGGING__LEVEL: 'CRITICAL',
      SECURITY__API_KEY: 'a-key',
      MONITORING__HEALTH_CHECK_INTERVAL: String(interval),
    },
    cwd: __dirname,
    packageRoot: PACKAGE_ROOT,
  });
  @Module({
    imports: [
      ConfigModule.forRoot(loaded),
      LoggingModule,
      AuthModule,
      StorageModule.forRootAsync({ inject: [AppConfig], useFactory: storageOptions }),
      HttpModule,
      MetricsModule.forRoot(loaded.config),
      HealthModule.forRoot({ checks: { provide: DependencyChecks, useValue: new DependencyChecks([database]) } }),
    ],
  })
  class ProbedModule {}
  const testing = await Test.createTestingModule({ imports: [ProbedModule] }).compile();
  const app = testing.createNestApplication<NestExpressApplication>({ bodyParser: false, logger: false });
  configureHttpApp(app, loaded.config);
  await app.init();
  return {
    app,
    database,
    readiness: app.get(Readiness),
    probe: (path: string) => request(app.getHttpServer()).get(path),
    probeAsAdmin: (path: string) => request(app.getHttpServer()).get(path).set('X-API-Key', 'a-key'),
  };
}

describe('the probes', () => {
  let service: Awaited<ReturnType<typeof start>>;
  beforeEach(async () => {
    service = await start(0);
  });
  afterEach(() => service.app.close());

  it('say which service it is, without a key', async () => {
    const answer = await service.probe('/health').expect(200);
    expect(answer.body).toEqual({
      ok: true,
      version: expect.stringMatching(/^\d+\.\d+\.\d+/) as unknown,
      environment: 'testing',
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as unknown,
    });
  });

  it('say that the process lives, whatever else does not', async () => {
    service.database.isUp = false;
    await service.probe('/health/live').expect(200, { status: 'ok' });
    expect(service.database.checks).toBe(0);
  });

  it('are not ready before the start is complete', async () => {
    const answer = await service.probe('/health/ready').expect(503);
    expect(answer.headers['retry-after']).toBe('2');
    expect(answer.body).toMatchObject({ type: '/problems/not-ready', detail: 'the service is starting' });
    await service.probe('/health/startup').expect(503);
  });

  it('are ready once it is', async () => {
    service.readiness.becomeReady();
    await service.probe('/health/ready').expect(200, { status: 'ok' });
    await service.probe('/health/startup').expect(200, { status: 'ok' });
  });

  it('are not ready any more while the process drains, for good', async () => {
    service.readiness.becomeReady();
    service.readiness.drain();
    service.readiness.becomeReady();
    const answer = await service.probe('/health/ready').expect(503);
    expect(answer.body).toMatchObject({ detail: 'the service is draining' });
    await service.probe('/health/startup').expect(200);
  });

  it('are not ready while the database does not answer, and do not tell why', async () => {
    service.readiness.becomeReady();
    service.database.isUp = false;
    const answer = await service.probe('/health/ready').expect(503);
    expect(answer.body).toMatchObject({ detail: 'the database does not answer' });
    expect(answer.text).not.toContain('SQLITE');
    service.database.isUp = true;
    await service.probe('/health/ready').expect(200);
  });

  it('tell an administrator what each dependency answered, and nobody else', async () => {
    service.readiness.becomeReady();
    const database = { ok: true, latency_ms: expect.any(Number), checked_at: expect.stringMatching(/Z$/) };
    for (const path of ['/health/ready', '/health/startup']) {
      const answer = await service.probeAsAdmin(path).expect(200);
      expect(answer.body).toEqual({ status: 'ok', checks: { database } });
      await service.probe(path).expect(200, { status: 'ok' });
      await service.probe(path).set('X-API-Key', 'wrong').expect(200, { status: 'ok' });
    }
    service.database.isUp = false;
    const refused = await service.probeAsAdmin('/health/ready').expect(503);
    expect(refused.body).toMatchObject({
      type: '/problems/not-ready',
      checks: { database: { ...database, ok: false, error: 'the database does not answer' } },
    });
    expect(refused.text).not.toContain('SQLITE');
    expect((await service.probe('/health/ready').expect(503)).body).not.toHaveProperty('checks');
  });

  it('tell an administrator of the dependencies while they are not ready, too', async () => {
    const answer = await service.probeAsAdmin('/health/startup').expect(503);
    expect(answer.body).toMatchObject({ detail: 'the service is starting', checks: { database: { ok: true } } });
  });
});

describe('the readiness probe', () => {
  it('does not ask the database again within the interval', async () => {
    const { app, database, readiness, probe } = await start(60);
    readiness.becomeReady();
    await Promise.all([probe('/health/ready').expect(200), probe('/health/ready').expect(200)]);
    database.isUp = false;
    await probe('/health/ready').expect(200);
    expect(database.checks).toBe(1);
    await app.close();
  });
});
