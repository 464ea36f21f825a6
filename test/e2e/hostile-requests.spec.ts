import { gzipSync } from 'node:zlib';
import { ConnectionGuard } from '../../src/http/index.js';
import { API_KEY } from '../support/built-service.js';
import { sendRaw } from '../support/raw-http.js';
import { useApi } from '../support/use-api.js';

const HOST = 'Host: wand.example\r\n';
const KEY = `X-API-Key: ${API_KEY}\r\n`;
const JSON_TYPE = 'Content-Type: application/json\r\n';
const get = (target: string, headers = ''): string => `GET ${target} HTTP/1.1\r\n${HOST}${KEY}${headers}\r\n`;
const post = (headers: string, body = ''): string => `POST /graphs HTTP/1.1\r\n${HOST}${KEY}${headers}\r\n${body}`;
const chunked = (coding: string): string =>
  post(`${JSON_TYPE}Transfer-Encoding: ${coding}\r\n`, '2\r\n{}\r\n0\r\n\r\n');
const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');
const EVERYWHERE = 'DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT';
const BOMB = gzipSync(Buffer.alloc(50_000_000, ' '));

type Case = readonly [what: string, bytes: string | Buffer, status: number, problem: string, isClosed?: boolean];

/** What a server has to live with, what it answers, and whether the connection ends with that. */
const CASES: readonly Case[] = [
  ['headers beyond 16 KiB', get('/graphs', `X: ${'a'.repeat(20_000)}\r\n`), 431, 'headers-too-large', true],
  ['10,000 headers', get('/graphs', 'a:\r\n'.repeat(10_000)), 431, 'headers-too-large', true],
  ['300 headers', get('/graphs', 'a: b\r\n'.repeat(300)), 431, 'headers-too-large'],
  ['a URL beyond 16 KiB', get(`/${'a'.repeat(20_000)}`), 431, 'headers-too-large', true],
  ['a long URL', get(`/${'a'.repeat(8_000)}`), 404, 'not-found'],
  ['thousands of query parameters', get(`/graphs?${'a&'.repeat(4_000)}`), 400, 'invalid-parameter'],
  ['a malformed percent-encoding', get('/graphs/%zz'), 400, 'bad-request'],
  ['percent-encoded bytes that are no UTF-8', get('/runs/%ff%fe'), 400, 'bad-request'],
  ['an encoded NUL in the path', get('/graphs/%00'), 400, 'bad-request', true],
  ['an encoded NUL in the query', get('/graphs?name=%00'), 400, 'bad-request', true],
  ['a NUL in the path', get('/graphs/\0'), 400, 'bad-request', true],
  ['a NUL in a header', get('/graphs', 'X: a\0b\r\n'), 400, 'bad-request', true],
  ['an ANSI escape in the path', get('/\u001b[2J'), 400, 'bad-request', true],
  ['an 8-bit control in the path', latin1(get('/\u009b2J')), 400, 'bad-request', true],
  ['a path that climbs', get('/../../etc/passwd'), 404, 'not-found'],
  ['an encoded path that climbs', get('/docs/%2e%2e/%2e%2e/package.json'), 404, 'not-found'],
  ['a path that looks like another host', get('//evil.example/graphs'), 404, 'not-found'],
  ['a URL of another scheme', get('ftp://wand.example/graphs'), 400, 'bad-request', true],
  ['a URL with a broken host', get('http://[::/graphs'), 400, 'bad-request', true],
  ['a path without a slash', get('graphs'), 400, 'bad-request', true],
  ['no Host', `GET /graphs HTTP/1.1\r\n${KEY}\r\n`, 400, 'bad-request', true],
  ['two Hosts', get('/graphs', 'host: other.example\r\n'), 400, 'bad-request', true],
  ['a Host that is none', `GET /graphs HTTP/1.1\r\nHost: <script>\r\n${KEY}\r\n`, 400, 'bad-request', true],
  [
    'Content-Length and Transfer-Encoding',
    post(`${JSON_TYPE}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n`, '0\r\n\r\n'),
    400,
    'bad-request',
    true,
  ],
  ['Transfer-Encoding: xchunked', chunked('xchunked'), 400, 'bad-request', true],
  ['Transfer-Encoding: chunked, identity', chunked('chunked, identity'), 400, 'bad-request', true],
  ['Transfer-Encoding: gzip, chunked', chunked('gzip, chunked'), 400, 'bad-request', true],
  ['two Transfer-Encodings', chunked('chunked\r\nTransfer-Encoding: identity'), 400, 'bad-request', true],
  [
    'a space before the colon',
    post(`${JSON_TYPE}Transfer-Encoding : chunked\r\n`, '0\r\n\r\n'),
    400,
    'bad-request',
    true,
  ],
  ['Transfer-Encoding in HTTP/1.0', chunked('chunked').replace('HTTP/1.1', 'HTTP/1.0'), 400, 'bad-request', true],
  [
    'two equal Content-Lengths',
    post(`${JSON_TYPE}Content-Length: 2\r\nContent-Length: 2\r\n`, '{}'),
    400,
    'bad-request',
    true,
  ],
  [
    'two different Content-Lengths',
    post(`${JSON_TYPE}Content-Length: 2\r\nContent-Length: 3\r\n`, '{}'),
    400,
    'bad-request',
    true,
  ],
  ['a negative Content-Length', post(`${JSON_TYPE}Content-Length: -2\r\n`, '{}'), 400, 'bad-request', true],
  ['a Content-Length with a sign', post(`${JSON_TYPE}Content-Length: +2\r\n`, '{}'), 400, 'bad-request', true],
  [
    'a chunk size that is no number',
    post(`${JSON_TYPE}Transfer-Encoding: chunked\r\n`, 'zz\r\n{}\r\n0\r\n\r\n'),
    400,
    'bad-request',
    true,
  ],
  [
    'large chunk extensions',
    post(`${JSON_TYPE}Transfer-Encoding: chunked\r\n`, `2;${'x'.repeat(20_000)}\r\n{}\r\n`),
    413,
    'payload-too-large',
    true,
  ],
  ['line feeds alone', get('/graphs').replaceAll('\r', ''), 400, 'bad-request', true],
  ['a folded header', get('/graphs', 'X: a\r\n b\r\n'), 400, 'bad-request', true],
  [
    'a gzip bomb',
    Buffer.concat([latin1(post(`${JSON_TYPE}Content-Encoding: gzip\r\nContent-Length: ${BOMB.length}\r\n`)), BOMB]),
    413,
    'payload-too-large',
  ],
  [
    'gzip that is none',
    post(`${JSON_TYPE}Content-Encoding: gzip\r\nContent-Length: 2\r\n`, '{}'),
    400,
    'malformed-json',
  ],
  [
    'an unknown Content-Encoding',
    post(`${JSON_TYPE}Content-Encoding: zstd\r\nContent-Length: 2\r\n`, '{}'),
    415,
    'unsupported-media-type',
  ],
  ['no Content-Type', post('Content-Length: 2\r\n', '{}'), 415, 'unsupported-media-type'],
  [
    'another charset',
    post('Content-Type: application/json; charset=latin1\r\nContent-Length: 2\r\n', '{}'),
    415,
    'unsupported-media-type',
  ],
  [
    'two charsets',
    post('Content-Type: application/json; charset=utf-8; charset=latin1\r\nContent-Length: 2\r\n', '{}'),
    415,
    'unsupported-media-type',
  ],
  [
    'bytes that are no UTF-8',
    Buffer.concat([latin1(post(`${JSON_TYPE}Content-Length: 3\r\n`)), Buffer.from([0x22, 0xff, 0x22])]),
    400,
    'malformed-json',
  ],
  ['two keys', get('/graphs', 'X-API-Key: other\r\n'), 401, 'unauthorized'],
  ['an unknown expectation', post('Expect: coffee\r\nContent-Length: 2\r\n', '{}'), 417, 'expectation-failed', true],
  ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400, 'bad-request', true],
  ['a version that is none', `GET /graphs HTTP/9.9\r\n${HOST}\r\n`, 400, 'bad-request', true],
  ['a TLS handshake', Buffer.from('16030100a5010000a10303', 'hex'), 400, 'bad-request', true],
  ['binary noise', Buffer.from([0, 1, 2, 3, 255, 254]), 400, 'bad-request', true],
];

describe('What a hostile client sends', () => {
  const api = useApi({ env: { LIMITS__MAX_BODY_BYTES: '1000000' } });
  const port = (): number => Number(new URL(api.url).port);

  afterEach(async () => {
    expect((await api.get('/graphs')).status).toBe(200);
  });

  for (const [what, bytes, status, problem, isClosed = false] of CASES) {
    it(`answers ${status} to ${what}`, async () => {
      const exchange = await sendRaw(port(), bytes, isClosed ? {} : { answers: 1 });
      const [answer] = exchange.answers;
      expect(exchange.answers).toHaveLength(1);
      expect(answer?.status).toBe(status);
      expect(answer?.headers.get('content-type')).toBe('application/problem+json');
      expect(answer?.headers.get('cache-control')).toBe('no-store');
      const body = JSON.parse(answer?.body ?? '') as object;
      expect(body).toMatchObject({ type: `/problems/${problem}`, status, detail: expect.any(String) });
      expect(body).toMatchObject({ request_id: answer?.headers.get('x-request-id') });
      if (isClosed) expect(answer?.headers.get('connection')).toBe('close');
    });
  }

  it.each([
    ['PROPFIND', '/graphs', 'GET, HEAD, OPTIONS, POST'],
    ['TRACE', '/graphs', 'GET, HEAD, OPTIONS, POST'],
    ['PATCH', '/runs', 'GET, HEAD, OPTIONS, POST'],
    ['BREW', '/graphs', EVERYWHERE],
    ['get', '/graphs', EVERYWHERE],
    ['CONNECT', 'evil.example:443', EVERYWHERE],
  ])('answers 405 with what is allowed to %s', async (method, target, allow) => {
    const { answers } = await sendRaw(port(), `${method} ${target} HTTP/1.1\r\n${HOST}${KEY}\r\n`, { answers: 1 });
    expect(answers[0]).toMatchObject({ status: 405 });
    expect(answers[0]?.headers.get('allow')).toBe(allow);
    expect(JSON.parse(answers[0]?.body ?? '')).toMatchObject({ type: '/problems/method-not-allowed' });
  });

  it('answers OPTIONS for the service as a whole', async () => {
    const { answers } = await sendRaw(port(), `OPTIONS * HTTP/1.1\r\n${HOST}\r\n`, { answers: 1 });
    expect(answers[0]).toMatchObject({ status: 204 });
    expect(answers[0]?.headers.get('allow')).toBe(EVERYWHERE);
  });

  it.each([
    ['a whole URL', get('http://user:pass@other.example:80/graphs?limit=1')],
    ['a request to upgrade to WebSocket', get('/graphs', 'Connection: Upgrade\r\nUpgrade: websocket\r\n')],
    [
      'a request to upgrade to HTTP/2',
      get('/graphs', 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMA\r\n'),
    ],
    ['HTTP/1.0', `GET /graphs HTTP/1.0\r\n${KEY}\r\n`],
    ['an IPv6 Host with a port', `GET /graphs HTTP/1.1\r\nHost: [::1]:8000\r\n${KEY}\r\n`],
  ])('answers %s like any other request', async (_what, bytes) => {
    expect((await sendRaw(port(), bytes, { answers: 1 })).answers[0]).toMatchObject({ status: 200 });
  });

  it('answers what came before the nonsense first', async () => {
    const { answers } = await sendRaw(port(), `${get('/graphs')}nonsense\r\n\r\n`);
    expect(answers.map(({ status }) => status)).toEqual([200, 400]);
  });

  describe('with Expect: 100-continue', () => {
    const expecting = (headers: string): string => post(`${JSON_TYPE}Expect: 100-continue\r\n${headers}`);

    it('asks for a body that it wants', async () => {
      const { answers } = await sendRaw(port(), `${expecting('Content-Length: 2\r\n')}{}`, { answers: 2 });
      expect(answers.map(({ status }) => status)).toEqual([100, 422]);
    });

    it.each([
      ['is too large', 'Content-Length: 1000001\r\n', 413],
      ['is not JSON', 'Content-Type: text/plain\r\nContent-Length: 2\r\n', 415],
    ])('refuses a body that %s before it is sent', async (_why, headers, status) => {
      const request = status === 415 ? post(`Expect: 100-continue\r\n${headers}`) : expecting(headers);
      const { answers, isClosed } = await sendRaw(port(), request);
      expect(answers.map((answer) => answer.status)).toEqual([status]);
      expect(isClosed).toBe(true);
    });

    it('refuses a stranger before anything is sent', async () => {
      const { answers, isClosed } = await sendRaw(port(), expecting('Content-Length: 2\r\n').replace(KEY, ''));
      expect(answers.map(({ status }) => status)).toEqual([401]);
      expect(isClosed).toBe(true);
    });
  });

  it('is counted by the status that it was answered', async () => {
    const { refused } = api.service.app.get(ConnectionGuard, { strict: false });
    const before = refused.get(400) ?? 0;
    await sendRaw(port(), 'nonsense\r\n\r\n');
    expect(refused.get(400)).toBe(before + 1);
  });
});
