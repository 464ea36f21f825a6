import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { ConfigService } from '@nestjs/config';
import { Test } from '@nestjs/testing';
import request from 'supertest';
import { AppConfig, ConfigModule, loadConfig } from './index.js';

const PACKAGE_ROOT = join(__dirname, '..', '..');

describe('the configuration over HTTP', () => {
  let cwd: string;
  let app: NestExpressApplication;
  beforeAll(async () => {
    cwd = mkdtempSync(join(tmpdir(), 'wand-config-'));
    const env = { ENVIRONMENT: 'testing', SECURITY__API_KEY: 'top-secret', EXECUTION__MAX_RETRIES: '4', LIMITS__X: '' };
    const loaded = loadConfig({ env, cwd, packageRoot: PACKAGE_ROOT });
    const testing = await Test.createTestingModule({ imports: [ConfigModule.forRoot(loaded)] }).compile();
    app = testing.createNestApplication<NestExpressApplication>({ logger: false });
    await app.init();
  });
  afterAll(async () => {
    await app.close();
    rmSync(cwd, { recursive: true });
  });

  const get = (path: string) => request(app.getHttpServer()).get(path).expect(200);

  it('shows every key and no secret', async () => {
    const answer = await get('/config');
    expect(answer.body).toMatchObject({
      environment: 'testing',
      values: { EXECUTION__MAX_RETRIES: 4, SECURITY__API_KEY: '********', DATABASE__URL: 'sqlite::memory:' },
      warnings: [],
    });
    expect(answer.text).not.toContain('top-secret');
  });

  it('tells whether the next start would succeed', async () => {
    expect((await get('/config/validate')).body).toEqual({ valid: true, errors: [], warnings: [] });
    writeFileSync(join(cwd, '.env'), 'PORT=http\nLIMITS__MAX_NODE=5\n');
    expect((await get('/config/validate')).body).toEqual({
      valid: false,
      errors: ['PORT: got "http", takes an integer from 0 to 65535'],
      warnings: [],
    });
    writeFileSync(join(cwd, '.env'), 'LIMITS__MAX_NODE=5\n');
    expect((await get('/config/validate')).body).toMatchObject({
      valid: true,
      warnings: [expect.stringContaining('nearest one is LIMITS__MAX_NODES')],
    });
  });

  it('is injected by class, and by path for those who know only Nest', () => {
    expect(app.get(AppConfig).execution.maxRetries).toBe(4);
    expect(app.get(ConfigService).get('execution.maxRetries')).toBe(4);
  });

  it('leaves the environment of the process alone', () => {
    expect(process.env['EXECUTION__MAX_RETRIES']).toBeUndefined();
  });
});
