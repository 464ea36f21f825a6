import { type Server, createServer, request as httpRequest } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import express, { type ErrorRequestHandler } from 'express';
import request from 'supertest';
import { ProblemError } from '../problem/index.js';
import { jsonBody } from './json-body.middleware.js';

const MAX_BYTES = 1000;

describe('jsonBody', () => {
  let server: Server;
  beforeAll((done) => {
    const app = express().disable('x-powered-by');
    app.use(jsonBody({ maxBodyBytes: MAX_BYTES, maxJsonDepth: 4 }));
    app.use((incoming, response) => {
      const body: unknown = incoming.body;
      response.json({ hasBody: body !== undefined, body, text: incoming.bodyText });
    });
    const onError: ErrorRequestHandler = (error: unknown, _request, response, next) => {
      if (!(error instanceof ProblemError)) return next(error);
      response
        .status(error.status)
        .set(error.headers)
        .json({ code: error.code, detail: error.message, errors: error.errors });
    };
    app.use(onError);
    server = createServer(app).listen(0, '127.0.0.1', done);
  });
  afterAll((done) => {
    server.close(done);
  });

  const post = (body: string | Buffer, headers: Record<string, string> = {}) =>
    request(server)
      .post('/')
      .set({ 'Content-Type': 'application/json', ...headers })
      .serialize((sent) => sent as string)
      .send(body as string);

  it('gives the value and the text as it was sent', async () => {
    const answer = await post('{ "a": [1.0] }');
    expect(answer.body).toEqual({ hasBody: true, body: { a: [1] }, text: '{ "a": [1.0] }' });
  });

  it('keeps keys such as __proto__ and constructor as plain data', async () => {
    const { text } = await post('{"__proto__":{"x":1},"constructor":2}');
    expect(text).toContain('"body":{"__proto__":{"x":1},"constructor":2}');
  });

  it('leaves the body undefined when there is none', async () => {
    const answer = await request(server).post('/').expect(200);
    expect(answer.body).toEqual({ hasBody: false });
  });

  it('does not read the body of methods that have none', async () => {
    const answer = await request(server).delete('/').set('Content-Type', 'application/json').send('{"a":').expect(200);
    expect(answer.body).toEqual({ hasBody: false });
  });

  it.each([
    'application/json',
    'Application/JSON; charset="UTF-8"',
    'application/merge-patch+json',
    'application/json;v=1',
  ])('takes the type %s', async (type) => {
    await post('{}', { 'Content-Type': type }).expect(200);
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/jsonp',
    'application/json; charset=latin1',
    'json',
  ])('refuses the type %s', async (type) => {
    const answer = await post('{}', { 'Content-Type': type }).expect(415);
    expect(answer.body).toMatchObject({ code: 'unsupported-media-type' });
  });

  it('says what is wrong with a body, and where', async () => {
    const answer = await post('{"nodes":[{"id":}]}').expect(400);
    expect(answer.body).toEqual({
      code: 'malformed-json',
      detail: 'expected a value, but found "}", at line 1 column 17',
      errors: [
        { pointer: '/nodes/0/id', code: 'syntax', message: 'expected a value, but found "}", at line 1 column 17' },
      ],
    });
  });

  it('refuses a body that is nested too deep', async () => {
    const answer = await post('[[[[[1]]]]]').expect(400);
    expect(answer.body).toMatchObject({ code: 'malformed-json', errors: [{ code: 'too-deep' }] });
  });

  it('refuses bytes that are not UTF-8', async () => {
    const answer = await post(Buffer.from([0x22, 0xc3, 0x28, 0x22])).expect(400);
    expect(answer.body).toMatchObject({ errors: [{ code: 'utf-8' }] });
  });

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ])('decodes %s', async (encoding, compress) => {
    const answer = await post(compress('{"a":1}'), { 'Content-Encoding': encoding }).expect(200);
    expect(answer.body).toMatchObject({ body: { a: 1 } });
  });

  it('refuses a coding it does not know, naming those it does', async () => {
    const { headers } = await post('{}', { 'Content-Encoding': 'zstd' }).expect(415);
    expect(headers['accept-encoding']).toBe('gzip, deflate, br, identity');
  });

  it.each([Buffer.from('not gzip at all'), gzipSync('{"a":1}').subarray(0, 15)])(
    'refuses broken gzip',
    async (bytes) => {
      const answer = await post(bytes, { 'Content-Encoding': 'gzip' }).expect(400);
      expect(answer.body).toMatchObject({ errors: [{ code: 'encoding' }] });
    },
  );

  it('takes a body of exactly the limit and refuses one byte more', async () => {
    await post(`"${'a'.repeat(MAX_BYTES - 2)}"`).expect(200);
    const answer = await post(`"${'a'.repeat(MAX_BYTES - 1)}"`).expect(413);
    expect(answer.body).toMatchObject({
      code: 'payload-too-large',
      detail: expect.stringContaining('1000 bytes') as unknown,
    });
  });

  it('refuses a body without a length as soon as it is too large, before it is complete', async () => {
    const { port } = server.address() as AddressInfo;
    const status = await new Promise((resolve, reject) => {
      const headers = { 'Content-Type': 'application/json' };
      const sent = httpRequest({ host: '127.0.0.1', port, method: 'POST', headers }, (response) => {
        resolve(response.statusCode);
        sent.destroy();
      });
      sent.on('error', reject).write(`"${'a'.repeat(MAX_BYTES)}`);
    });
    expect(status).toBe(413);
  });

  it('counts decoded bytes, so that a small bomb does not become a large body', async () => {
    const bomb = gzipSync(Buffer.alloc(10_000_000, 0x20));
    await post(bomb, { 'Content-Encoding': 'gzip' }).expect(413);
  });

  it('lets a client that sends far too much read the refusal', async () => {
    await post(`"${'a'.repeat(3_000_000)}"`).expect(413);
    await post('{}').expect(200);
  });

  it('survives a client that leaves in the middle of its body', async () => {
    const { port } = server.address() as AddressInfo;
    const head = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"a":';
    await new Promise<void>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.write(head, () => socket.destroy());
      });
      socket.on('close', () => resolve()).on('error', reject);
    });
    await post('{}').expect(200);
  });
});
