import { spawn } from 'node:child_process';
import { type Server, createServer } from 'node:http';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { BuiltService } from '../support/built-service.js';
import { type Canary, canariesIn, configCanaries } from '../support/canaries.js';
import { everythingIn } from '../support/database-client.js';
import { databaseUrl } from '../support/test-database.js';
import { waitFor } from '../support/wait-for.js';

type Fields = Readonly<Record<string, unknown>>;

const PLAIN = 'cAnaryTemplate-0123456789abcdef';
/** Everything that some way of writing has to escape, and that a header may hold. */
const ODD = `cAn"ary\\ /+=&<>'é#?%41`;
const ENV_CANARIES: readonly Canary[] = [
  { name: 'CANARY_PLAIN', text: PLAIN, secret: PLAIN },
  { name: 'CANARY_ODD', text: ODD, secret: ODD },
];
const CANARIES: readonly Canary[] = [...configCanaries(), ...ENV_CANARIES];
const KEY = CANARIES.find(({ name }) => name === 'SECURITY__API_KEY')?.secret ?? '';
const ENTRY = resolve('test/support/leaky-service.mjs');
/** Not a secret of the service, but of somebody: a key that it does not know. */
const STRANGER = 'strangers-key-0123456789abcdef';
const LEAKS = ['output', 'large', 'log', 'progress', 'error', 'named', 'logger', 'artifact'];

describe('canaries', () => {
  it('are known again in every form', () => {
    expect(KEY).not.toBe('');
    for (const { name, secret } of CANARIES) {
      const forms = [
        secret,
        JSON.stringify(secret),
        encodeURIComponent(secret),
        Buffer.from(`user:${secret}`).toString('base64'),
      ];
      for (const form of forms) expect(canariesIn(`..${form}..`, CANARIES)).toEqual([name]);
    }
  });
});

describe.each(['true', 'false'])('A service full of secrets, JSON logs: %s', (jsonFormat) => {
  let folder: string;
  let mirror: Server;
  let mirrorUrl: string;
  let service: BuiltService;
  /** Everything that was seen, by what it is. */
  const seen = new Map<string, Buffer | string>();

  const told = (): readonly Fields[] =>
    [...seen]
      .map(([what, bytes]) => ({ what, canaries: canariesIn(bytes, CANARIES) }))
      .filter(({ canaries }) => canaries.length > 0);

  const start = (entry?: string): Promise<BuiltService> =>
    BuiltService.start({
      database: join(folder, 'wand.db'),
      entry,
      env: {
        ...Object.fromEntries(CANARIES.map(({ name, text }) => [name, text])),
        LEAKED_NAMES: JSON.stringify(CANARIES.map(({ name }) => name)),
        PLUGINS__ALLOWED_ENV: JSON.stringify(ENV_CANARIES.map(({ name }) => name)),
        LOGGING__JSON_FORMAT: jsonFormat,
        LOGGING__FILE_PATH: join(folder, 'logs', 'wand.log'),
        LOGGING__LEVEL: 'DEBUG',
        DATABASE__ECHO_SQL: 'true',
        EXECUTION__RETRY_BASE_DELAY: '0.01',
      },
    });

  const request = async (name: string, path: string, init: RequestInit = {}): Promise<Buffer> => {
    const answer = await service.request(path, { ...init, headers: { 'X-API-Key': KEY, ...init.headers } });
    const body = Buffer.from(await answer.arrayBuffer());
    seen.set(`${name} (${answer.status})`, Buffer.concat([Buffer.from(JSON.stringify([...answer.headers])), body]));
    return body;
  };
  const json = async <T>(name: string, path: string, body?: unknown): Promise<T> => {
    const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const answer = JSON.parse(String(await request(name, path, init))) as T;
    expect({ name, status: (answer as { status?: unknown }).status }).not.toMatchObject({ status: expect.any(Number) });
    return answer;
  };

  /** Runs a graph to its end and looks at it from all sides. */
  const run = async (name: string, nodes: readonly Fields[], edges: readonly Fields[] = []): Promise<void> => {
    const { graph_id } = await json<{ graph_id: string }>(`${name}: graph`, '/graphs', { name, nodes, edges });
    const { run_id } = await json<{ run_id: string }>(`${name}: run`, '/runs?wait=20', { graph_id });
    const views = ['', '/logs', '/nodes/a', '/explain?node=a', '/journal.ndjson', '/stream'];
    for (const view of views) await request(`${name}: ${view}`, `/runs/${run_id}${view}`);
    const files = await json<{ items?: readonly { name: string }[] }>(`${name}: files`, `/runs/${run_id}/artifacts`);
    for (const file of files.items ?? [])
      await request(`${name}: ${file.name}`, `/runs/${run_id}/artifacts/${file.name}`);
    await json(`${name}: dry retry`, `/runs/${run_id}/retry`, { from: ['a'], dry_run: true });
    await json(`${name}: retry`, `/runs/${run_id}/retry`, { from: ['a'] });
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'wand-secrets-'));
    mirror = createServer((incoming, response) => {
      const { url = '/', headers } = incoming;
      void textOf(incoming).then((body) => {
        if (url.startsWith('/away')) response.setHeader('location', `/there?said=${String(headers['x-canary'])}`);
        const status = url.startsWith('/away') ? 302 : url.startsWith('/fail') ? 404 : 200;
        const type = url.startsWith('/html') ? 'text/html' : 'application/json';
        const mirrored = JSON.stringify({ url, headers, body });
        response.writeHead(status, { 'content-type': type, 'x-mirrored': encodeURIComponent(mirrored) }).end(mirrored);
      });
    });
    await new Promise<void>((listening) => mirror.listen(0, '127.0.0.1', listening));
    mirrorUrl = `http://127.0.0.1:${(mirror.address() as AddressInfo).port}`;
    service = await start(ENTRY);
  });
  afterAll(async () => {
    await service.stop('SIGKILL');
    await new Promise((closed) => mirror.close(closed));
    rmSync(folder, { recursive: true });
  });

  it('lets agents use and tell them in every way', async () => {
    for (const how of LEAKS) await run(how, [{ id: 'a', type: 'agent.leak', params: { how }, retries: 1 }]);
    for (const { name } of ENV_CANARIES) {
      const value = `\${ env.${name} }`;
      const fetch = (path: string, more: Fields = {}): Fields => ({
        type: 'agent.fetch',
        params: { url: mirrorUrl + path, method: 'POST', body: value, headers: { 'X-Canary': value }, ...more },
        optional: true,
      });
      await run(
        name,
        [
          { id: 'a', type: 'agent.echo', params: { said: `it is ${value}`, bare: value } },
          { id: 'b', type: 'agent.transform', params: { expression: `$error(input.said)` }, optional: true },
          { id: 'c', ...fetch('/mirror') },
          { id: 'd', ...fetch('/html') },
          { id: 'e', ...fetch(`/fail/${value}`) },
          { id: 'f', ...fetch(`/away/${value}`) },
          { id: 'g', ...fetch('', { url: `http://${value}/` }) },
          { id: 'h', ...fetch('', { method: value }) },
          { id: 'i', type: 'agent.echo', params: { number: `\${ int(env.${name}) }` }, optional: true },
          { id: 'j', type: 'agent.tool', params: { tool: 'http_fetcher', args: { url: value } }, optional: true },
          { id: 'k', type: 'agent.tool', params: { tool: value }, optional: true },
          { id: 'l', type: 'agent.transform', params: { expression: value }, optional: true },
          {
            id: 'm',
            type: 'agent.tool',
            params: { tool: 'chart_generator', args: { kind: 'bar', series: [1, 2], title: value } },
          },
          { id: 'n', type: 'agent.delay', params: { until: value }, optional: true },
        ],
        [{ from: 'a', to: 'b', map: { said: 'said' } }],
      );
    }
  });

  it('answers requests that hold them in the wrong place', async () => {
    const send = (name: string, path: string, init: RequestInit = {}): Promise<Buffer> => request(name, path, init);
    for (const { secret, name } of CANARIES) {
      const inPath = encodeURIComponent(secret);
      await send(`${name}: no path`, `/${inPath}`);
      await send(`${name}: no run`, `/runs/${inPath}`);
      await send(`${name}: no graph`, `/graphs/${inPath}`);
      await send(`${name}: query`, `/runs?limit=${inPath}&${inPath}=1&access_token=${inPath}`);
      await send(`${name}: method`, `/graphs/${inPath}`, { method: 'PATCH' });
      await send(`${name}: no JSON`, '/graphs', { method: 'POST', body: `{"a": ${secret}` });
      await send(`${name}: wrong JSON`, '/graphs', {
        method: 'POST',
        body: JSON.stringify({ [secret]: 1, nodes: secret }),
      });
      await send(`${name}: wrong graph`, '/graphs/validate', {
        method: 'POST',
        body: JSON.stringify({ name: 1, nodes: [] }),
      });
      await send(`${name}: type`, '/graphs', {
        method: 'POST',
        body: '{}',
        headers: { 'Content-Type': `text/${inPath}` },
      });
      await send(`${name}: cursor`, `/runs?cursor=${inPath}`);
      await send(`${name}: event`, `/runs/r_0/stream?from=${inPath}`);
    }
    const headers = { 'X-API-Key': `${KEY}x`, Cookie: `key=${KEY}`, Authorization: `Bearer ${KEY}` };
    await send('wrong key', '/runs', { headers });
    const strange = { 'X-API-Key': STRANGER, Cookie: `key=${STRANGER}`, Authorization: `Bearer ${STRANGER}` };
    await send('stranger', `/runs?access_token=${STRANGER}`, { headers: strange });
  });

  it('tells what it is and does', async () => {
    for (const path of [
      '/',
      '/config',
      '/config/validate',
      '/metrics',
      '/openapi.json',
      '/runs',
      '/graphs',
      '/plugins/agents',
      '/plugins/tools',
      '/health',
      '/health/ready',
    ])
      await request(path, path);
  });

  it('dies of one of them, and holds its inquest', async () => {
    const node = { id: 'a', type: 'agent.leak', params: { how: 'crash' }, on_interrupt: 'fail' };
    const { graph_id } = await json<{ graph_id: string }>('crash: graph', '/graphs', {
      name: 'crash',
      nodes: [node],
      edges: [],
    });
    const { run_id } = await json<{ run_id: string }>('crash: run', '/runs', { graph_id });
    expect(await service.exited()).toBe(1);
    seen.set('console of the crash', service.log);
    expect(service.log).toContain('Error: ***');
    service = await start(ENTRY);
    await waitFor('the run to be judged', async () => {
      const { status } = await json<{ status: string }>('crash: after', `/runs/${run_id}`);
      return status === 'FAILED';
    });
    await request('crash: log', `/runs/${run_id}/logs`);
  });

  if (jsonFormat === 'true') {
    it('can be looked at and run graphs from the command line', async () => {
      const env = {
        PATH: process.env['PATH'],
        ...Object.fromEntries(CANARIES.map(({ name, text }) => [name, text])),
        WAND_API_KEY: KEY,
        PLUGINS__ALLOWED_ENV: JSON.stringify(ENV_CANARIES.map(({ name }) => name)),
        DEBUG: 'true',
      };
      const nodes = ENV_CANARIES.map(({ name }, index) => ({
        id: `n${index}`,
        type: 'agent.echo',
        params: { said: `\${ env.${name} }` },
      }));
      const broken = {
        id: 'broken',
        type: 'agent.transform',
        params: { expression: '$error("it is ${ env.CANARY_PLAIN }")' },
      };
      writeFileSync(join(folder, 'graph.json'), JSON.stringify({ name: 'cli', nodes: [...nodes, broken], edges: [] }));
      const commands = [
        ['config'],
        ['config', 'validate'],
        ['run', 'graph.json'],
        ['run', 'graph.json', '--json'],
        ['run', 'graph.json', '--server', service.url],
        ['run', 'graph.json', '--server', KEY],
        ['run', KEY],
        ['explain', KEY, '--server', service.url],
      ];
      const ends = commands.map(async (args) => {
        const wand = spawn(process.execPath, [resolve('dist/cli/wand.js'), ...args], { cwd: folder, env });
        const [stdout, stderr] = await Promise.all([textOf(wand.stdout), textOf(wand.stderr)]);
        seen.set(`wand ${args.join(' ')}`, stdout + stderr);
        expect(stdout + stderr).not.toBe('');
      });
      await Promise.all(ends);
      expect(told()).toEqual([]);
      expect([...seen.keys()].filter((what) => String(seen.get(what)).includes('***'))).toEqual(
        expect.arrayContaining(['wand config', 'wand run graph.json', 'wand run graph.json --json']),
      );
    }, 180_000);
  }

  it('has told none of them, to anybody, by the time it has stopped', async () => {
    await service.stop('SIGTERM');
    seen.set('console', service.log);
    for (const name of readdirSync(join(folder, 'logs'))) seen.set(name, readFileSync(join(folder, 'logs', name)));
    for (const name of readdirSync(folder).filter((file) => file.startsWith('wand.db'))) {
      seen.set(name, readFileSync(join(folder, name)));
    }
    seen.set('rows', await everythingIn(await databaseUrl(join(folder, 'wand.db'))));
    for (const [what, bytes] of seen) {
      if (/^console|\.log$/.test(what))
        expect({ what, tells: bytes.includes(STRANGER) }).toEqual({ what, tells: false });
    }
    expect(told()).toEqual([]);
    // What tells nothing at all would pass as well.
    const masked = [...seen].filter(([, bytes]) => String(bytes).includes('***')).map(([what]) => what);
    const leaks = ['output', 'log', 'progress', 'error', 'named', 'CANARY_ODD'].map((name) => `${name}: /logs (200)`);
    const files = ['artifact: a.txt', 'artifact: a.json', 'CANARY_ODD: m.svg'].map((name) => `${name} (200)`);
    const others = ['console of the crash', 'wand.1.log', 'rows'];
    expect(masked).toEqual(expect.arrayContaining([...leaks, ...files, ...others]));
  });
});
