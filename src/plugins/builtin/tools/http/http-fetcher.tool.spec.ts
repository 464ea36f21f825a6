import 'reflect-metadata';
import { type IncomingMessage, type RequestListener, type Server, type ServerResponse, createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import type { z } from 'zod';
import type { ToolContext } from '../../../sdk/index.js';
import { EgressGuard } from './egress-guard.js';
import { HttpFetcher } from './http-fetcher.tool.js';
import { type HttpResponse, httpRequest, httpRequestParams } from './http-messages.js';
import type { HttpPolicy } from './http-policy.js';

const OPEN: HttpPolicy = { allowPrivate: true, allowedHosts: [] };
const CLOSED: HttpPolicy = { allowPrivate: false, allowedHosts: [] };

/** Every name leads to this machine. */
class LoopbackGuard extends EgressGuard {
  protected override resolve(...[, , callback]: Parameters<EgressGuard['resolve']>): void {
    setImmediate(() => callback(null, [{ address: '127.0.0.1', family: 4 }]));
  }
}

const servers: Server[] = [];
const fetchers: HttpFetcher[] = [];

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function fetcher(policy: HttpPolicy = OPEN): HttpFetcher {
  const made = new HttpFetcher(policy, new EgressGuard(policy));
  fetchers.push(made);
  return made;
}

function contextOf(signal: AbortSignal = new AbortController().signal): ToolContext {
  const artifacts = { put: () => Promise.reject(new Error('no artifact is expected')) };
  return { runId: 'r_1', nodeId: 'fetch', idempotencyKey: 'r_1:fetch', signal, artifacts, log: () => undefined };
}

async function send(args: z.input<typeof httpRequest>, policy?: HttpPolicy): Promise<HttpResponse> {
  return fetcher(policy).run(httpRequest.parse(args), contextOf());
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** Answers with what it received. */
const echo: RequestListener = (request, response) => {
  void bodyOf(request).then((body) => {
    const { method, url, headers } = request;
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ method, url, headers, body }));
  });
};

const answer =
  (headers: Record<string, string>, body: Uint8Array | string, status = 200): RequestListener =>
  (_, response: ServerResponse) => {
    response.writeHead(status, headers).end(body);
  };

afterEach(async () => {
  await Promise.all(fetchers.splice(0).map((made) => made.onModuleDestroy()));
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

describe('http_fetcher', () => {
  it('answers with status, headers, type and text', async () => {
    const url = await serve(answer({ 'content-type': 'text/plain', 'x-one': 'a' }, 'hello'));
    const response = await send({ url });
    expect(response).toMatchObject({
      status: 200,
      content_type: 'text/plain',
      body: 'hello',
      headers: { 'x-one': 'a' },
    });
    expect(response).not.toHaveProperty('json');
  });

  it.each([
    ['application/json', '{"a":[1]}', { a: [1] }],
    ['application/problem+json; charset=utf-8', '{"a":1}', { a: 1 }],
    ['text/plain', '{"a":1}', undefined],
    ['application/json', '{"a":', undefined],
  ])('parses %s bodies that are JSON', async (type, body, json) => {
    const url = await serve(answer({ 'content-type': type }, body));
    expect(await send({ url })).toMatchObject({ body });
    expect((await send({ url })).json).toEqual(json);
  });

  it('has U+FFFD in place of what no output may hold', async () => {
    const sent = '{"\\u0000":["\\ud83d","\\uD83D\\uDE00","\\\\u0000"],"raw":"\0"}';
    const url = await serve(answer({ 'content-type': 'application/json' }, sent));
    const { body, json } = await send({ url });
    expect(body).toBe(sent.replace('\0', '\ufffd'));
    expect(json).toEqual({ '\ufffd': ['\ufffd', '😀', '\\u0000'], raw: '\ufffd' });
  });

  it('keeps a __proto__ key of JSON as plain data', async () => {
    const url = await serve(answer({ 'content-type': 'application/json' }, '{"__proto__":{"a":1}}'));
    expect(JSON.stringify((await send({ url })).json)).toBe('{"__proto__":{"a":1}}');
  });

  it('sends json, body, headers and the idempotency key', async () => {
    const url = await serve(echo);
    const posted = await send({ url: `${url}/a?b=1#c`, method: 'POST', json: { x: 1 }, headers: { 'X-A': '1' } });
    expect(posted.json).toMatchObject({
      method: 'POST',
      url: '/a?b=1',
      body: '{"x":1}',
      headers: { 'content-type': 'application/json', 'x-a': '1', 'idempotency-key': 'r_1:fetch' },
    });
    const put = await send({
      url,
      method: 'PUT',
      body: 'x',
      headers: { 'Idempotency-Key': 'mine', 'content-type': 'a/b' },
    });
    expect(put.json).toMatchObject({ body: 'x', headers: { 'idempotency-key': 'mine', 'content-type': 'a/b' } });
    const got = await send({ url });
    expect(got.json).not.toMatchObject({ headers: { 'idempotency-key': expect.anything() as unknown } });
  });

  it('answers HEAD without a body, whatever the headers announce', async () => {
    const url = await serve(answer({ 'content-encoding': 'gzip', 'content-length': '99999999' }, ''));
    expect(await send({ url, method: 'HEAD' })).toMatchObject({ status: 200, body: '' });
  });

  it('ignores the proxy variables of the environment', async () => {
    const url = await serve(answer({}, 'direct'));
    process.env['HTTP_PROXY'] = process.env['http_proxy'] = 'http://127.0.0.1:1';
    try {
      expect((await send({ url })).body).toBe('direct');
    } finally {
      delete process.env['HTTP_PROXY'];
      delete process.env['http_proxy'];
    }
  });
});

describe('http_fetcher on compressed bodies', () => {
  it.each([
    ['gzip', gzipSync('zipped ✓')],
    ['x-gzip', gzipSync('zipped ✓')],
    ['deflate', deflateSync('zipped ✓')],
    ['deflate', deflateRawSync('zipped ✓')],
    ['br', brotliCompressSync('zipped ✓')],
    ['zstd', zstdCompressSync('zipped ✓')],
    ['gzip, br', brotliCompressSync(gzipSync('zipped ✓'))],
    ['identity', Buffer.from('zipped ✓')],
  ])('undoes %s', async (encoding, body) => {
    const url = await serve(answer({ 'content-encoding': encoding }, body));
    expect((await send({ url })).body).toBe('zipped ✓');
  });

  it.each([
    ['gzip', gzipSync(Buffer.alloc(64 * 1_048_576))],
    ['br', brotliCompressSync(Buffer.alloc(64 * 1_048_576))],
    ['zstd', zstdCompressSync(Buffer.alloc(64 * 1_048_576))],
    ['gzip, gzip', gzipSync(gzipSync(Buffer.alloc(64 * 1_048_576)))],
  ])('stops a %s bomb at the cap, counted in decoded bytes', async (encoding, body) => {
    const url = await serve(answer({ 'content-encoding': encoding }, body));
    await expect(send({ url })).rejects.toMatchObject({ type: 'ResponseTooLarge', retryable: false });
  });

  it('stops a body that keeps the decoders busy and yields nothing', async () => {
    const empty = gzipSync('');
    const wire = Buffer.concat(Array.from({ length: 1_000_000 / empty.length }, () => empty));
    const url = await serve(answer({ 'content-encoding': 'gzip' }, wire));
    const nested = await serve(answer({ 'content-encoding': 'gzip, br' }, brotliCompressSync(wire)));
    const small = { ...OPEN, maxResponseBytes: 1_000 };
    await expect(send({ url }, small)).rejects.toMatchObject({ type: 'ResponseTooLarge' });
    await expect(send({ url: nested }, small)).rejects.toMatchObject({ type: 'ResponseTooLarge' });
    expect((await send({ url: nested })).body).toBe('');
  });

  it('stops headers at their cap, and does not try again', async () => {
    const url = await serve(answer({ 'x-long': 'x'.repeat(20_000) }, ''));
    const expected = { type: 'ResponseTooLarge', retryable: false, message: /headers of the answer of 127\.0\.0\.1/ };
    const error: unknown = await send({ url }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ type: expected.type, retryable: expected.retryable });
    expect(String(error)).toMatch(expected.message);
  });

  it('stops a plain body at the cap, whether its length is announced or not', async () => {
    const announced = await serve(answer({}, 'x'.repeat(101)));
    const chunked = await serve((_, response) => {
      response.write('x'.repeat(60));
      response.end('x'.repeat(41));
    });
    const small = { ...OPEN, maxResponseBytes: 100 };
    await expect(send({ url: announced }, small)).rejects.toMatchObject({ type: 'ResponseTooLarge' });
    await expect(send({ url: chunked }, small)).rejects.toMatchObject({ type: 'ResponseTooLarge' });
    const exact = await serve(answer({}, 'x'.repeat(100)));
    expect((await send({ url: exact }, small)).body).toHaveLength(100);
  });

  it('calls a body that is not what it says a network failure, worth a retry', async () => {
    const url = await serve(answer({ 'content-encoding': 'gzip' }, 'not gzip'));
    await expect(send({ url })).rejects.toMatchObject({
      type: 'NetworkError',
      retryable: true,
      message: expect.stringContaining('decompressed') as string,
    });
    const cut = await serve(answer({ 'content-encoding': 'gzip' }, gzipSync('x'.repeat(999)).subarray(0, 15)));
    await expect(send({ url: cut })).rejects.toMatchObject({ type: 'NetworkError' });
  });

  it('refuses encodings that it did not ask for', async () => {
    const url = await serve(answer({ 'content-encoding': 'compress' }, 'x'));
    await expect(send({ url })).rejects.toMatchObject({ type: 'UnsupportedEncoding', retryable: false });
    const nested = await serve(answer({ 'content-encoding': 'gzip, gzip, gzip, gzip' }, 'x'));
    await expect(send({ url: nested })).rejects.toMatchObject({ type: 'UnsupportedEncoding' });
  });
});

describe('http_fetcher on redirects', () => {
  const redirect =
    (status: number, location: string): RequestListener =>
    (_, response) => {
      response.writeHead(status, { location }).end('moved');
    };

  it.each([
    [301, 'POST', 'GET'],
    [302, 'POST', 'GET'],
    [303, 'POST', 'GET'],
    [303, 'PUT', 'GET'],
    [302, 'PUT', 'PUT'],
    [307, 'POST', 'POST'],
    [308, 'POST', 'POST'],
  ] as const)('after %s turns %s into %s', async (status, method, expected) => {
    const url = await serve((request, response) => {
      if (request.url === '/start') redirect(status, '/end')(request, response);
      else echo(request, response);
    });
    const { json } = await send({ url: `${url}/start`, method, json: { x: 1 }, headers: { authorization: 'secret' } });
    expect(json).toMatchObject({ method: expected, url: '/end', headers: { authorization: 'secret' } });
    const headers = (json as { headers: object }).headers;
    expect('content-type' in headers).toBe(expected !== 'GET');
    expect('idempotency-key' in headers).toBe(expected !== 'GET');
    expect(json).toMatchObject({ body: expected === 'GET' ? '' : '{"x":1}' });
  });

  it('tells another origin nothing that could be a key, and says so', async () => {
    const target = await serve(echo);
    const url = await serve(redirect(307, `${target}/there`));
    const headers = { Authorization: 'secret', Cookie: 'secret', 'X-Vendor': 'secret', 'Accept-Language': 'de' };
    const lines: string[] = [];
    const context = { ...contextOf(), log: (_level: string, message: string) => void lines.push(message) };
    const { json } = await fetcher().run(httpRequest.parse({ url, headers }), context);
    expect(json).toMatchObject({ url: '/there', headers: { 'accept-language': 'de' } });
    expect(JSON.stringify(json)).not.toContain('secret');
    expect(lines).toEqual([`not sent on to ${new URL(target).host}: authorization, cookie, x-vendor`]);
  });

  it('follows as many as it is told and hands the redirect over for 0', async () => {
    let count = 0;
    const url = await serve((request, response) => {
      count += 1;
      redirect(302, '/again')(request, response);
    });
    await expect(send({ url, follow_redirects: 2 })).rejects.toMatchObject({ type: 'RedirectError', retryable: false });
    expect(count).toBe(3);
    expect(await send({ url, follow_redirects: 0 })).toMatchObject({ status: 302, headers: { location: '/again' } });
  });

  it('checks the policy on every hop', async () => {
    const target = await serve(answer({}, 'inner'));
    const url = await serve(redirect(302, `${target.replace('127.0.0.1', 'localhost')}/`));
    const listed = { allowPrivate: false, allowedHosts: ['127.0.0.1'] };
    await expect(send({ url }, listed)).rejects.toMatchObject({ type: 'EgressBlocked', retryable: false });
    const file = await serve(redirect(302, 'file:///etc/passwd'));
    await expect(send({ url: file })).rejects.toMatchObject({ type: 'EgressBlocked' });
    const user = await serve(redirect(302, 'http://u:p@127.0.0.1/'));
    await expect(send({ url: user })).rejects.toMatchObject({ type: 'EgressBlocked' });
    const broken = await serve(redirect(302, 'http://[x'));
    await expect(send({ url: broken })).rejects.toMatchObject({ type: 'RedirectError' });
  });
});

describe('http_fetcher on failures', () => {
  it.each([
    [400, false],
    [404, false],
    [408, true],
    [425, true],
    [429, true],
    [500, true],
    [503, true],
  ])('fails on %s, retryable: %s', async (status, retryable) => {
    const url = await serve(answer({}, 'no', status));
    await expect(send({ url: `${url}/a/b?token=secret` })).rejects.toMatchObject({
      type: 'HttpError',
      retryable,
      details: { status, url: `${url}/a/b` },
      message: expect.not.stringContaining('secret') as string,
    });
  });

  it('takes a status that the request accepts for an answer', async () => {
    const url = await serve(answer({}, 'nothing here', 404));
    expect(await send({ url, accept_status: [404] })).toMatchObject({ status: 404, body: 'nothing here' });
    await expect(send({ url, accept_status: [410] })).rejects.toMatchObject({ type: 'HttpError' });
  });

  it('hands on Retry-After in seconds and as a date', async () => {
    const seconds = await serve(answer({ 'retry-after': '7' }, '', 429));
    await expect(send({ url: seconds })).rejects.toMatchObject({ retryAfterMs: 7_000 });
    const date = await serve(answer({ 'retry-after': new Date(Date.now() + 60_000).toUTCString() }, '', 503));
    const error = (await send({ url: date }).catch((thrown: unknown) => thrown)) as { retryAfterMs: number };
    expect(error.retryAfterMs).toBeGreaterThan(50_000);
    expect(error.retryAfterMs).toBeLessThanOrEqual(60_000);
  });

  it('says clearly that nobody listens', async () => {
    const server = createTcpServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    await expect(send({ url: `http://127.0.0.1:${port}/` })).rejects.toMatchObject({
      type: 'NetworkError',
      retryable: true,
      message: `127.0.0.1:${port}: the connection was refused (ECONNREFUSED)`,
      details: { host: `127.0.0.1:${port}`, code: 'ECONNREFUSED' },
    });
  });

  it('calls a connection that breaks and an answer that is no HTTP network failures', async () => {
    const broken = await serve((_, response) => {
      response.writeHead(200, { 'content-length': '10' });
      response.write('12345', () => response.destroy());
    });
    await expect(send({ url: broken })).rejects.toMatchObject({ type: 'NetworkError', retryable: true });
    const server = createTcpServer((socket) =>
      socket
        .on('error', () => undefined)
        .resume()
        .end('no http at all\r\n\r\n'),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    await expect(send({ url })).rejects.toMatchObject({ message: expect.stringContaining('not valid HTTP') as string });
    await new Promise((resolve) => server.close(resolve));
  });

  it('stops with the reason of its signal, before the answer and within the body', async () => {
    const silent = await serve((_, response) => void response);
    const slow = await serve((_, response) => void response.write('begun'));
    for (const url of [silent, slow]) {
      const controller = new AbortController();
      const running = fetcher().run(httpRequest.parse({ url }), contextOf(controller.signal));
      const reason = new Error('stop now');
      setImmediate(() => controller.abort(reason));
      await expect(running).rejects.toBe(reason);
    }
  });
});

describe('http_fetcher and the policy', () => {
  it("refuses a header that is not the request's to set, whoever hands it over", async () => {
    const url = await serve(echo);
    await expect(send({ url, headers: { Host: 'inner' } })).rejects.toMatchObject({
      type: 'EgressBlocked',
      retryable: false,
      details: { reason: 'header', host: new URL(url).host },
    });
  });

  it('looks at the addresses of a name when it connects, and knows for which port', async () => {
    const url = await serve(answer({}, 'inner'));
    const port = Number(new URL(url).port);
    const call = async (policy: HttpPolicy): Promise<HttpResponse> => {
      const made = new HttpFetcher(policy, new LoopbackGuard(policy));
      fetchers.push(made);
      return made.run(httpRequest.parse({ url: `http://inner.example:${port}/` }), contextOf());
    };
    const listing = (...allowedHosts: string[]): HttpPolicy => ({ allowPrivate: false, allowedHosts });
    await expect(call(CLOSED)).rejects.toMatchObject({ type: 'EgressBlocked', details: { reason: 'address' } });
    expect((await call(listing(`inner.example:${port}`))).body).toBe('inner');
    expect((await call(listing('*.example'))).body).toBe('inner');
    await expect(call({ ...OPEN, deniedHosts: [`127.0.0.1:${port}`] })).rejects.toMatchObject({
      details: { reason: 'host_denied', host: `inner.example:${port}` },
    });
    expect((await call({ ...OPEN, deniedHosts: [`127.0.0.1:${port + 1}`] })).body).toBe('inner');
  });

  it('counts each request that was refused once, by reason', async () => {
    const guard = new EgressGuard({ ...CLOSED, deniedHosts: ['example.org'] });
    const made = new HttpFetcher(CLOSED, guard);
    fetchers.push(made);
    const urls = ['http://127.0.0.1/', 'http://localhost/', 'http://a@b/', 'http://example.org/', 'http://b:25/'];
    for (const url of urls) await expect(made.run(httpRequest.parse({ url }), contextOf())).rejects.toThrow('refused');
    expect([...guard.refusals].filter(([, count]) => count > 0)).toEqual([
      ['userinfo', 1],
      ['host_denied', 1],
      ['port', 1],
      ['address', 2],
    ]);
  });

  it('lets listed hosts have private addresses, by name, port and suffix', async () => {
    const url = await serve(answer({}, 'inner'));
    const port = new URL(url).port;
    const byName = `http://localhost:${port}/`;
    const policyOf = (...allowedHosts: string[]): HttpPolicy => ({ allowPrivate: false, allowedHosts });
    expect((await send({ url }, policyOf('127.0.0.1'))).body).toBe('inner');
    expect((await send({ url: byName }, policyOf('LocalHost'))).body).toBe('inner');
    expect((await send({ url: byName }, policyOf(`localhost:${port}`))).body).toBe('inner');
    for (const policy of [policyOf('localhost:1'), policyOf('*.localhost'), policyOf('example.com')]) {
      await expect(send({ url: byName }, policy)).rejects.toMatchObject({ type: 'EgressBlocked' });
    }
  });

  it('calls nothing but the listed hosts once there is a list', async () => {
    const url = await serve(answer({}, 'inner'));
    const policy = { allowPrivate: true, allowedHosts: ['example.com'] };
    await expect(send({ url }, policy)).rejects.toMatchObject({
      type: 'EgressBlocked',
      message: expect.stringContaining('SECURITY__HTTP_ALLOWED_HOSTS') as string,
    });
  });
});

describe('a request', () => {
  it.each([
    [{ url: 'example.com' }, 'absolute http or https URL'],
    [{ url: 'ftp://example.com' }, 'absolute http or https URL'],
    [{ url: 'http://a', method: 'BREW' }, 'expected one of'],
    [{ url: 'http://a', json: 1 }, 'a GET request has no body'],
    [{ url: 'http://a', method: 'POST', json: 1, body: '' }, 'not both'],
    [{ url: 'http://a', headers: { 'a b': 'x' } }, 'must be a header name'],
    [{ url: 'http://a', headers: { 'a\r\nb': 'x' } }, 'must be a header name'],
    [{ url: 'http://a', headers: { '': 'x' } }, 'must be a header name'],
    [{ url: 'http://a', headers: { Host: 'x' } }, 'is a header that a request cannot set'],
    [{ url: 'http://a', headers: { 'Proxy-Authorization': 'x' } }, 'is a header that a request cannot set'],
    [{ url: 'http://a', headers: { a: 'x\0' } }, 'header value'],
    [{ url: 'http://a', headers: Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`h${n}`, ''])) }, '100 are'],
    [{ url: 'http://a', headers: { a: 'x\r\ny: z' } }, 'header value'],
    [{ url: 'http://a', follow_redirects: 21 }, '20'],
  ])('that is %j is refused', (request, message) => {
    const parsed = httpRequestParams.safeParse(request);
    expect(parsed.success).toBe(false);
    expect(JSON.stringify(parsed.error?.issues)).toContain(message);
  });
});
