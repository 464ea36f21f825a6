import { once } from 'node:events';
import { SseServer } from '../../../test/support/sse-server.js';
import type { KeyHolders } from '../../auth/index.js';
import { AppConfig } from '../../config/index.js';
import { ShuttingDownError } from '../runs.errors.js';
import { StreamHub } from './stream-hub.js';

const NO_KEYS = { find: () => Promise.resolve(undefined) } as unknown as KeyHolders;

describe('StreamHub', () => {
  let server: SseServer;
  let hub: StreamHub;

  beforeEach(async () => {
    server = await SseServer.start();
    hub = new StreamHub(new AppConfig(), NO_KEYS);
  });

  afterEach(async () => {
    await hub.closeAll();
    expect(hub.size).toBe(0);
    await server.stop();
  });

  it('tells every client to connect again when the process stops', async () => {
    const asked = await Promise.all([server.ask(), server.ask()]);
    for (const { response } of asked) hub.open(response, 'run');
    expect(hub.size).toBe(2);
    const closing = hub.closeAll();
    for (const { client } of asked) {
      const text = await client.readToEnd();
      expect(text).toContain(': reconnect\n\n');
      expect(text).not.toContain('stream.end');
    }
    await closing;
  });

  it('takes no new stream from then on', async () => {
    const { client, response } = await server.ask();
    await hub.closeAll();
    expect(() => hub.open(response, 'run')).toThrow(ShuttingDownError);
    expect(response.headersSent).toBe(false);
    client.leave();
  });

  it('forgets a client that left, even one that left before it was opened', async () => {
    const { client, response } = await server.ask();
    const closed = once(response, 'close');
    client.leave();
    await closed;
    await hub.open(response, 'run').whenGone;
    hub.wait(response);
    await hub.closeAll();
    expect(hub.size).toBe(0);
  });

  it('lets whoever waits answer when the process stops, and waits for that answer', async () => {
    const { client, response } = await server.ask();
    const signal = hub.wait(response);
    expect(signal.aborted).toBe(false);
    signal.addEventListener('abort', () => response.status(202).send('accepted'));
    const closing = hub.closeAll();
    client.read();
    await closing;
    expect(response.statusCode).toBe(202);
    expect(response.writableFinished).toBe(true);
    client.leave();
  });

  it('cuts off a handler that does not answer though it is told to', async () => {
    const { response } = await server.ask();
    hub.wait(response);
    await hub.closeAll();
    expect(response.destroyed).toBe(true);
  });

  it('tells whoever waits that the client has gone', async () => {
    const { client, response } = await server.ask();
    const signal = hub.wait(response);
    client.leave();
    await once(signal, 'abort');
  });

  it('lets nobody wait any more once the process is stopping', async () => {
    const { response } = await server.ask();
    await hub.closeAll();
    expect(hub.wait(response).aborted).toBe(true);
  });
});
