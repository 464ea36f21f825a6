import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { given } from '../support/given.js';
import { useApi } from '../support/use-api.js';

type Fields = Readonly<Record<string, unknown>>;

const fetchNode = (id: string, params: Fields): Fields => ({
  id,
  type: 'agent.fetch',
  params,
  retries: 3,
  optional: true,
});
const toolNode = (id: string, args: Fields): Fields => ({
  id,
  type: 'agent.tool',
  params: { tool: 'http_fetcher', args },
  optional: true,
});

describe('A service whose agents may call public addresses alone', () => {
  let redirector: Server;
  let port: number;
  const api = useApi({
    env: {
      SECURITY__HTTP_ALLOW_PRIVATE: 'false',
      SECURITY__HTTP_DENIED_HOSTS: '["denied.example"]',
      MONITORING__METRICS_PORT: '0',
    },
  });

  beforeAll(async () => {
    redirector = createServer((_, response) => response.end('inner'));
    await new Promise<void>((resolve) => redirector.listen(0, '127.0.0.1', resolve));
    port = (redirector.address() as AddressInfo).port;
  });
  afterAll(async () => {
    await new Promise((resolve) => redirector.close(resolve));
  });

  it('fails nodes as EgressBlocked at their first attempt, saying why, and counts them', async () => {
    const nodes = [
      fetchNode('literal', { url: `http://127.0.0.1:${port}/` }),
      fetchNode('name', { url: `http://localhost:${port}/` }),
      fetchNode('mapped', { url: `http://[::ffff:7f00:1]:${port}/` }),
      fetchNode('metadata', { url: 'http://169.254.169.254/latest/meta-data/' }),
      fetchNode('denied', { url: 'http://denied.example/' }),
      fetchNode('mail', { url: 'http://example.com:25/' }),
      fetchNode('user', { url: 'http://me:opensesame@example.com/' }),
      toolNode('header', { url: 'http://example.com/', headers: { Host: 'inner.example' } }),
    ];
    const run = await given(api).finishedRun({ nodes });
    const errors = run.nodes.map(({ id, attempts, error }) => ({ id, attempts, ...(error as Fields) }));
    const blocked = (id: string, reason: string, host: string): Fields =>
      expect.objectContaining({
        id,
        type: 'EgressBlocked',
        retryable: false,
        attempts: 1,
        details: { reason, host },
      }) as Fields;
    expect(errors).toEqual([
      blocked('literal', 'address', `127.0.0.1:${port}`),
      blocked('name', 'address', `localhost:${port}`),
      blocked('mapped', 'address', `[::ffff:7f00:1]:${port}`),
      blocked('metadata', 'metadata', '169.254.169.254'),
      blocked('denied', 'host_denied', 'denied.example'),
      blocked('mail', 'port', 'example.com:25'),
      blocked('user', 'userinfo', 'example.com'),
      blocked('header', 'header', 'example.com'),
    ]);
    expect(JSON.stringify(errors)).not.toContain('opensesame');

    const metrics = (await api.get('/metrics')).body as string;
    const counted = [...metrics.matchAll(/^wand_egress_refusals_total{reason="(\w+)"} (\d+)$/gm)];
    expect(Object.fromEntries(counted.map(([, reason, count]) => [reason, Number(count)]))).toEqual({
      scheme: 0,
      userinfo: 1,
      host_denied: 1,
      host_not_allowed: 0,
      port: 1,
      address: 3,
      metadata: 1,
      header: 1,
    });
  });

  it('refuses a graph whose request sets a header that no request can set', async () => {
    const params = {
      url: 'https://example.com',
      headers: { 'X-Fine': 'a', 'Transfer-Encoding': 'chunked', 'a b': 'c' },
    };
    const answer = await api.post('/graphs', { name: 'headers', nodes: [fetchNode('a', params)], edges: [] });
    expect(answer).toMatchObject({
      status: 422,
      body: {
        errors: [
          { pointer: '/nodes/0/params/headers/a b', code: 'invalid-params', message: 'must be a header name' },
          {
            pointer: '/nodes/0/params/headers/Transfer-Encoding',
            code: 'invalid-params',
            message: 'is a header that a request cannot set',
          },
        ],
      },
    });
  });

  it('does not try again where such headers come with the input of a run', async () => {
    const nodes = [{ id: 'a', type: 'agent.fetch', params: { url: 'https://example.com' }, retries: 3 }];
    const edges = [{ from: '$input', to: 'a', map: { headers: 'headers' } }];
    for (const headers of [{ Connection: 'upgrade' }, { 'X-A': 'b\r\nHost: inner' }]) {
      const run = await given(api).finishedRun({ nodes, edges }, { input: { headers } });
      expect(run).toMatchObject({
        status: 'FAILED',
        nodes: [{ attempts: 1, error: { type: 'InvalidParams', retryable: false } }],
      });
    }
  });
});
