import { Writable } from 'node:stream';
import { Body, Controller, Delete, Get, Global, HttpCode, Module, Param, Post, Put, Req, Res } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import type { Request, Response } from 'express';
import { pino } from 'pino';
import request from 'supertest';
import { MemoryApiKeysModule } from '../../test/support/memory-api-keys.js';
import { AuthModule, Public, RequireScope } from '../auth/index.js';
import { AppConfig, SecretRegistry, mapEnvironment } from '../config/index.js';
import { LoggingModule, MetricsModule, NestLogger, RootLogger } from '../observability/index.js';
import {
  IdempotencyConflictError,
  type IdempotencyRecord,
  IdempotencyRepository,
  JournalUnavailableError,
} from '../storage/index.js';
import {
  HttpModule,
  IdempotencyService,
  ProblemError,
  configureHttpApp,
  idempotencyRequestOf,
  sendAnswer,
} from './index.js';

const KEY = 'a-key-of-the-tests';

class Records extends IdempotencyRepository {
  readonly rows: IdempotencyRecord[] = [];

  override find(scope: string, key: string): Promise<IdempotencyRecord | undefined> {
    return Promise.resolve(this.rows.find((row) => row.scope === scope && row.key === key));
  }

  override purge(): Promise<void> {
    return Promise.resolve();
  }
}

@Controller()
class ThingsController {
  constructor(
    private readonly idempotency: IdempotencyService,
    private readonly records: IdempotencyRepository,
  ) {}

  @Public()
  @Get('health')
  health(): object {
    return { ok: true };
  }

  @Get('docs/secret')
  @RequireScope('runs:read')
  notMarkedPublic(): object {
    return { leaked: true };
  }

  @Get('things/:id')
  @RequireScope('runs:read')
  one(@Param('id') id: string): object {
    return { id };
  }

  @Put('things/:id')
  @RequireScope('runs:read')
  replace(@Body() body: unknown): object {
    return { body };
  }

  @Delete('things/:id')
  @RequireScope('runs:read')
  @HttpCode(204)
  remove(): void {
    // Nothing to do: the status is what is looked at.
  }

  @Post('things')
  @RequireScope('runs:read')
  async create(@Req() incoming: Request, @Res({ passthrough: true }) response: Response): Promise<object> {
    const answer = await this.idempotency.answer(idempotencyRequestOf(incoming), (guardWith) => {
      const created = { status: 201, body: { id: this.number() }, location: '/things/1' };
      const guard = guardWith(created);
      if (guard !== undefined) (this.records as Records).rows.push(guard);
      return Promise.resolve(created);
    });
    return sendAnswer(response, answer);
  }

  @Get('breaks')
  @RequireScope('runs:read')
  breaks(@Res() response: Response): never {
    response.write('half an ');
    throw new Error('the rest is lost');
  }

  @Get('fails/:how')
  @RequireScope('runs:read')
  fails(@Param('how') how: string): never {
    switch (how) {
      case 'domain':
        throw new ProblemError('run-finished', 'the run is FAILED', { headers: { 'X-Extra': '1' } });
      case 'storage':
        throw new JournalUnavailableError('SQLITE_FULL at /var/lib/wand.db');
      case 'conflict':
        throw new IdempotencyConflictError('row 5');
      default:
        throw new Error('secret: SELECT * FROM runs at /srv/wand');
    }
  }

  private next = 1;

  private number(): number {
    return this.next++;
  }
}

@Global()
@Module({
  providers: [{ provide: IdempotencyRepository, useClass: Records }],
  exports: [IdempotencyRepository],
})
class FakeStorageModule {}

function configModule(config: AppConfig) {
  @Global()
  @Module({
    providers: [
      { provide: AppConfig, useValue: config },
      { provide: SecretRegistry, useValue: new SecretRegistry([KEY]) },
    ],
    exports: [AppConfig, SecretRegistry],
  })
  class FixedConfigModule {}
  return FixedConfigModule;
}

async function start(env: Record<string, string>): Promise<{ app: NestExpressApplication; log: string[] }> {
  const { config } = mapEnvironment(env);
  const log: string[] = [];
  const sink = new Writable({
    write: (line: Buffer, _encoding, done) => {
      log.push(String(line));
      done();
    },
  });
  const testing = await Test.createTestingModule({
    imports: [
      configModule(config),
      LoggingModule,
      MetricsModule.forRoot(config),
      AuthModule,
      HttpModule,
      FakeStorageModule,
      MemoryApiKeysModule,
    ],
    controllers: [ThingsController],
  })
    .overrideProvider(RootLogger)
    .useValue(new RootLogger(pino({ level: 'debug' }, sink)))
    .compile();
  const app = testing.createNestApplication<NestExpressApplication>({ bodyParser: false, bufferLogs: true });
  app.useLogger(app.get(NestLogger));
  configureHttpApp(app, config);
  await app.init();
  return { app, log };
}

describe('an application', () => {
  let app: NestExpressApplication;
  let log: string[];
  beforeAll(async () => {
    ({ app, log } = await start({
      SECURITY__API_KEY: KEY,
      SECURITY__CORS_ORIGINS: '["https://app.example.com"]',
      LIMITS__MAX_BODY_BYTES: '1000',
    }));
  });
  afterAll(() => app.close());

  const server = () => app.getHttpServer();
  const authorized = { 'X-API-Key': KEY };

  describe('identifies requests', () => {
    it('by the id of the caller when it is acceptable', async () => {
      const { headers } = await request(server()).get('/health').set('X-Request-ID', 'abc-1.2_3').expect(200);
      expect(headers['x-request-id']).toBe('abc-1.2_3');
    });

    it.each(['has space', 'x'.repeat(129), 'a/b'])('by a new id instead of %p', async (id) => {
      const { headers } = await request(server()).get('/health').set('X-Request-ID', id).expect(200);
      expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    });

    it('in every error too', async () => {
      const answer = await request(server()).get('/nowhere').set(authorized).expect(404);
      expect((answer.body as { request_id: string }).request_id).toBe(answer.headers['x-request-id']);
    });
  });

  it.each(['*', '"x"', 'W/"x"'])('answers in full whatever the client says it has: %s', async (tags) => {
    await request(server()).get('/health').set('If-None-Match', tags).expect(200, { ok: true });
    await request(server()).get('/things/1').set(authorized).set('If-None-Match', tags).expect(200, { id: '1' });
  });

  describe('keeps strangers out', () => {
    it.each([
      {},
      { 'X-API-Key': 'wrong' },
      { Authorization: `Basic ${KEY}` },
      { Authorization: 'Bearer' },
      { Authorization: `Bearer ${KEY}x` },
    ])('who send %j, with the same answer to all', async (headers) => {
      const answer = await request(server()).get('/things/1').set(headers).expect(401);
      expect(answer.headers['www-authenticate']).toBe('Bearer realm="wand"');
      expect(answer.headers['content-type']).toBe('application/problem+json');
      expect(answer.body).toMatchObject({
        type: '/problems/unauthorized',
        title: 'A valid key is required',
        status: 401,
        detail: 'send a valid key as "X-API-Key: <key>", or a key or a token as "Authorization: Bearer <it>"',
        instance: '/things/1',
      });
    });

    it('before anything of their body is read', async () => {
      await request(server()).post('/things').set('Content-Type', 'application/json').send('{"a":').expect(401);
      await request(server()).get('/nowhere').expect(401);
    });

    it.each([
      { 'X-API-Key': KEY },
      { Authorization: `Bearer ${KEY}` },
      { Authorization: `bearer  ${KEY}` },
      { 'X-API-Key': 'wrong', Authorization: `Bearer ${KEY}` },
    ])('but not who sends %j', async (headers) => {
      await request(server()).get('/things/1').set(headers).expect(200, { id: '1' });
    });

    it('except from what is marked public', async () => {
      await request(server()).get('/health').expect(200);
    });

    it('also where the path is public but the handler is not', async () => {
      await request(server()).get('/docs/secret').expect(401);
    });
  });

  describe('answers errors as problems', () => {
    it('404 where nothing is', async () => {
      const answer = await request(server()).get('/nowhere?x=1').set(authorized).expect(404);
      expect(answer.body).toMatchObject({
        type: '/problems/not-found',
        instance: '/nowhere',
        detail: 'nothing is at /nowhere',
      });
    });

    it('405 with the methods that are allowed', async () => {
      const answer = await request(server()).post('/things/1').set(authorized).expect(405);
      expect(answer.headers['allow']).toBe('DELETE, GET, HEAD, OPTIONS, PUT');
      expect(answer.body).toMatchObject({ type: '/problems/method-not-allowed', status: 405 });
      const patched = await request(server()).patch('/things').set(authorized).send({}).expect(405);
      expect(patched.headers['allow']).toBe('OPTIONS, POST');
      await request(server()).head('/things').set(authorized).expect(405);
    });

    it('400 for a path that cannot be decoded', async () => {
      const answer = await request(server()).get('/things/%E0%A4').set(authorized).expect(400);
      expect(answer.body).toMatchObject({
        type: '/problems/bad-request',
        detail: 'the path holds bytes that are no UTF-8; accepted is percent-encoded UTF-8 without U+0000',
      });
    });

    it('400, 413 and 415 for bodies', async () => {
      const post = (type: string, body: string) =>
        request(server()).post('/things').set(authorized).set('Content-Type', type).send(body);
      expect((await post('application/json', '{"a":1,"a":2}').expect(400)).body).toMatchObject({
        type: '/problems/malformed-json',
        errors: [{ pointer: '/a', code: 'duplicate-key' }],
      });
      await post('application/json', `"${'x'.repeat(1000)}"`).expect(413);
      await post('text/plain', 'hello').expect(415);
    });

    it('what services throw, with its headers', async () => {
      const answer = await request(server()).get('/fails/domain').set(authorized).expect(409);
      expect(answer.headers['x-extra']).toBe('1');
      expect(answer.body).toMatchObject({ type: '/problems/run-finished', detail: 'the run is FAILED' });
    });

    it('503 with Retry-After when nothing can be stored', async () => {
      const { headers, text } = await request(server()).get('/fails/storage').set(authorized).expect(503);
      expect(headers['retry-after']).toBe('2');
      expect(text).toContain('/problems/storage-unavailable');
      expect(text).not.toContain('SQLITE');
      await request(server()).get('/fails/conflict').set(authorized).expect(409).expect('Retry-After', '1');
    });

    it('by breaking off, where half an answer is out already', async () => {
      await expect(request(server()).get('/breaks').set(authorized)).rejects.toThrow(/hang up|aborted/);
    });

    it('500 that tells nothing, and logs everything under the same id', async () => {
      log.length = 0;
      const answer = await request(server()).get('/fails/otherwise').set(authorized).expect(500);
      expect(answer.text).not.toMatch(/secret|SELECT|srv/);
      const { request_id } = answer.body as { request_id: string };
      const entry = log.find((line) => line.includes('SELECT * FROM runs'));
      expect(entry).toContain(request_id);
    });
  });

  describe('answers OPTIONS', () => {
    it('with what is allowed, without a key', async () => {
      const { headers } = await request(server()).options('/things/1').expect(204);
      expect(headers['allow']).toBe('DELETE, GET, HEAD, OPTIONS, PUT');
      expect(headers['access-control-allow-origin']).toBeUndefined();
    });

    it('of a page that may call', async () => {
      const { headers } = await request(server())
        .options('/things')
        .set({ Origin: 'https://app.example.com', 'Access-Control-Request-Method': 'POST' })
        .expect(204);
      expect(headers).toMatchObject({
        'access-control-allow-origin': 'https://app.example.com',
        'access-control-allow-credentials': 'true',
        'access-control-allow-methods': expect.stringContaining('POST') as unknown,
        'access-control-allow-headers': expect.stringContaining('Idempotency-Key') as unknown,
      });
    });

    it('of a page that may not call, without leave', async () => {
      const { headers } = await request(server())
        .options('/things')
        .set({ Origin: 'https://evil.example.com', 'Access-Control-Request-Method': 'POST' })
        .expect(204);
      expect(headers['access-control-allow-origin']).toBeUndefined();
    });
  });

  it('sends headers that keep answers where they belong', async () => {
    const { headers } = await request(server()).get('/things/1').set(authorized).expect(200);
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.not.stringContaining('upgrade-insecure-requests') as unknown,
    });
    expect(headers).not.toHaveProperty('x-powered-by');
    expect(headers).not.toHaveProperty('etag');
    expect(headers).not.toHaveProperty('strict-transport-security');
  });

  describe('handles a request with an Idempotency-Key once', () => {
    const create = (key: string, body: object) =>
      request(server()).post('/things').set(authorized).set('Idempotency-Key', key).send(body);

    it('and gives its answer again', async () => {
      const first = await create('k1', { a: 1 }).expect(201);
      expect(first.headers).not.toHaveProperty('idempotency-replayed');
      const second = await create('k1', { a: 1 }).expect(201);
      expect(second.headers).toMatchObject({ 'idempotency-replayed': 'true', location: '/things/1' });
      expect(second.body).toEqual(first.body);
      await create('k1', { a: 2 }).expect(422);
    });

    it('unless the key is no key', async () => {
      const answer = await create('x'.repeat(256), {}).expect(400);
      expect(answer.body).toMatchObject({
        type: '/problems/invalid-parameter',
        errors: [{ parameter: 'Idempotency-Key' }],
      });
    });
  });

  describe('logs', () => {
    it('one line per request, without query, headers or body', async () => {
      log.length = 0;
      await request(server())
        .get('/things/1?access_token=t0ken')
        .set(authorized)
        .set('X-Request-ID', 'log-1')
        .expect(200);
      const lines = log.filter((line) => line.includes('log-1')).map((line) => JSON.parse(line) as object);
      expect(lines).toEqual([
        expect.objectContaining({
          request_id: 'log-1',
          method: 'GET',
          path: '/things/1',
          status: 200,
          duration_ms: expect.any(Number) as unknown,
          msg: 'GET /things/1 200',
        }),
      ]);
      expect(log.join('')).not.toMatch(new RegExp(`t0ken|${KEY}`));
    });

    it('refusals as well', async () => {
      log.length = 0;
      await request(server()).post('/things').set('X-Request-ID', 'log-2').send({}).expect(401);
      expect(log.filter((line) => line.includes('log-2'))).toHaveLength(1);
    });

    it('no probes', async () => {
      log.length = 0;
      await request(server()).get('/health').expect(200);
      expect(log).toEqual([]);
    });
  });
});

describe('an application without a key', () => {
  it('lets everybody in', async () => {
    const { app } = await start({});
    await request(app.getHttpServer()).get('/things/7').expect(200, { id: '7' });
    await request(app.getHttpServer()).options('/things/7').set('Origin', 'https://app.example.com').expect(204);
    await app.close();
  });
});
