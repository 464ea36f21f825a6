import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { JournalEntry } from '../../executor/core/index.js';
import { HttpRunClient } from './http-run-client.js';
import { GraphRefusedError } from './run-client.js';

type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

const event = (seq: number, type: string): string =>
  `id: ${seq}\nevent: ${type}\ndata: ${JSON.stringify({ seq, ts: seq, type, lvl: 'info', msg: type })}\n\n`;
const json = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
};

describe('HttpRunClient', () => {
  let server: Server;
  let handler: Handler;
  let client: HttpRunClient;

  beforeEach(async () => {
    server = createServer((request, response) => void handler(request, response));
    server.listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    client = new HttpRunClient({ baseUrl: new URL(`http://127.0.0.1:${port}/base`), apiKey: 'k', retryBaseMs: 1 });
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const followAll = async (): Promise<{ entries: JournalEntry[]; notes: string[] }> => {
    const entries: JournalEntry[] = [];
    const notes: string[] = [];
    for await (const entry of client.follow('r_1', { onNote: (note) => notes.push(note) })) entries.push(entry);
    return { entries, notes };
  };

  it('creates the graph as it stands and starts a run of that version', async () => {
    const seen: unknown[] = [];
    handler = async (request, response) => {
      seen.push([request.method, request.url, request.headers['x-api-key'], await text(request)]);
      if (request.url === '/base/graphs')
        json(response, 201, { graph_id: 'g_1', version: 2, warnings: [{ code: 'w', message: 'm', pointer: '/a' }] });
      else json(response, 202, { run_id: 'r_1', status: 'PENDING' });
    };
    const started = await client.start({ graphText: '{ "name": "x" }', input: { a: 1 }, labels: { team: 'data' } });
    expect(started).toEqual({ runId: 'r_1', warnings: [{ code: 'w', message: 'm', pointer: '/a' }] });
    expect(seen).toEqual([
      ['POST', '/base/graphs', 'k', '{ "name": "x" }'],
      ['POST', '/base/runs', 'k', '{"graph_id":"g_1","version":2,"input":{"a":1},"labels":{"team":"data"}}'],
    ]);
  });

  it('hands on what is wrong with the graph', async () => {
    const errors = [{ pointer: '/nodes/0/type', code: 'unknown-agent', message: 'no such agent' }];
    handler = (_request, response) =>
      json(response, 422, { title: 'The graph breaks a rule', detail: '1 fault', errors });
    const refused = client.start({ graphText: '{}', labels: {} });
    await expect(refused).rejects.toBeInstanceOf(GraphRefusedError);
    await expect(refused).rejects.toMatchObject({
      graphFaults: errors,
      message: expect.stringContaining('422 The graph breaks a rule: 1 fault') as unknown,
    });
  });

  it('says how to pass a key when the server wants one', async () => {
    handler = (_request, response) => json(response, 401, { title: 'A valid key is required' });
    await expect(client.start({ graphText: '{}', labels: {} })).rejects.toThrow(
      '401 A valid key is required: pass --api-key or set WAND_API_KEY',
    );
  });

  it('never follows a redirect with the key', async () => {
    handler = (_request, response) => void response.writeHead(307, { Location: 'http://127.0.0.1:9/elsewhere' }).end();
    await expect(client.start({ graphText: '{}', labels: {} })).rejects.toThrow(
      'redirects to http://127.0.0.1:9/elsewhere',
    );
  });

  it('says that the server cannot be reached', async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await expect(client.start({ graphText: '{}', labels: {} })).rejects.toThrow(
      /^cannot reach http:\/\/127.0.0.1:\d+\/base: ECONNREFUSED$/,
    );
  });

  it('resumes a stream that broke, by the last event that it saw, without a gap or a repeat', async () => {
    const lastEventIds: (string | undefined)[] = [];
    handler = (request, response) => {
      lastEventIds.push(request.headers['last-event-id'] as string | undefined);
      if (lastEventIds.length === 2) return json(response, 503, { title: 'The service is stopping' });
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.write('retry: 1\n\nevent: stream.start\ndata: {"run_id":"r_1"}\n\n');
      if (lastEventIds.length === 1) {
        response.write(event(1, 'run.queued') + event(2, 'run.started'), () => request.socket.destroy());
        return;
      }
      response.end(
        event(2, 'run.started') +
          event(3, 'node.started') +
          event(4, 'run.succeeded') +
          'event: stream.end\ndata: {}\n\n',
      );
    };
    const { entries, notes } = await followAll();
    expect(entries.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
    expect(lastEventIds).toEqual([undefined, '2', '2']);
    expect(notes).toContain('following the run again from event 2');
  });

  it('resumes when the server says that it was too slow', async () => {
    let connections = 0;
    handler = (_request, response) => {
      connections += 1;
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.end(
        connections === 1 ? `${event(1, 'run.queued')}event: stream.lagged\ndata: {}\n\n` : event(2, 'run.cancelled'),
      );
    };
    expect((await followAll()).entries.map(({ type }) => type)).toEqual(['run.queued', 'run.cancelled']);
  });

  it('stops at once when the server refuses the stream', async () => {
    handler = (_request, response) => json(response, 404, { title: 'No such run', detail: 'r_1' });
    await expect(followAll()).rejects.toThrow('404 No such run: r_1');
  });

  it('gives up in the end on a server that has gone', async () => {
    handler = (request) => void request.socket.destroy();
    await expect(followAll()).rejects.toThrow('the run r_1 goes on without being watched');
  }, 60_000);

  it('takes a run that has ended meanwhile for one that need not be cancelled', async () => {
    handler = (_request, response) => json(response, 409, { title: 'The run has ended', detail: 'SUCCESS' });
    await expect(client.cancel('r_1')).resolves.toBeUndefined();
  });

  it('asks for a retry under one key, also when the first answer is lost', async () => {
    const seen: unknown[] = [];
    handler = async (request, response) => {
      const { method, url, headers } = request;
      seen.push([method, url, headers['idempotency-key'], await text(request)]);
      if (seen.length === 1) request.socket.destroy();
      else json(response, 202, { run_id: 'r_2', retry_of: 'r_1', reused: ['a'], rerun: ['b'] });
    };
    expect(await client.retry('r_1', { from: ['b'] })).toEqual({ runId: 'r_2', reused: ['a'], rerun: ['b'] });
    expect(seen[0]).toEqual(['POST', '/base/runs/r_1/retry', expect.any(String), '{"from":["b"]}']);
    expect(seen[1]).toEqual(seen[0]);
  });

  it.each([{}, { run_id: 1, reused: [], rerun: [] }, { run_id: null, reused: 'a', rerun: [] }])(
    'refuses an answer to a retry that is none: %j',
    async (answer) => {
      handler = (_request, response) => json(response, 202, answer);
      await expect(client.retry('r_1', {})).rejects.toThrow('did not answer as a Wand server would');
    },
  );

  it('reads the outcome and the artifacts', async () => {
    handler = (request, response) => {
      if (request.url === '/base/runs/r_1')
        json(response, 200, { status: 'SUCCESS', result: { outputs: {} }, error: null });
      else if (request.url === '/base/runs/r_1/artifacts')
        json(response, 200, { items: [{ name: 'a b.svg', bytes: 3 }] });
      else if (request.url === '/base/runs/r_1/artifacts/a%20b.svg') response.end('abc');
      else json(response, 404, {});
    };
    expect(await client.outcome('r_1')).toEqual({ status: 'SUCCESS', result: { outputs: {} }, error: null });
    expect(await client.artifacts('r_1')).toEqual([{ name: 'a b.svg', bytes: 3 }]);
    expect(new TextDecoder().decode(await client.readArtifact('r_1', 'a b.svg'))).toBe('abc');
  });
});
