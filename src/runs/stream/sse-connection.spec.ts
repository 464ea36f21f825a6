import { once } from 'node:events';
import { SseServer } from '../../../test/support/sse-server.js';
import { waitFor } from '../../../test/support/wait-for.js';
import { ConnectionClosed, SseConnection } from './sse-connection.js';

const HOUR = 3_600;
const MANY = 'x'.repeat(1_000_000);

describe('SseConnection', () => {
  let server: SseServer;
  const open: SseConnection[] = [];

  beforeEach(async () => {
    server = await SseServer.start();
  });

  afterEach(async () => {
    for (const connection of open.splice(0)) void connection.end();
    await server.stop();
  });

  const connect = async (heartbeatSec = HOUR, method = 'GET', stallSec = HOUR) => {
    const { client, response } = await server.ask(method);
    const connection = new SseConnection(response, heartbeatSec, stallSec);
    open.push(connection);
    return { client, response, connection };
  };

  /** Writes as fast as the client reads, for ever. */
  const pour = async (connection: SseConnection, isTooSlow: boolean): Promise<never> => {
    for (;;) {
      connection.write(MANY);
      await connection.drained(() => isTooSlow);
    }
  };

  it('sends its headers before the first event', async () => {
    const { client } = await connect();
    client.read();
    await waitFor('the headers', () => client.text.includes('\r\n\r\n'));
    expect(client.text).toMatch(/^HTTP\/1\.1 200/);
    expect(client.text).toMatch(/content-type: text\/event-stream/i);
    expect(client.text).toMatch(/cache-control: no-cache, no-transform/i);
    expect(client.text).toMatch(/x-accel-buffering: no/i);
  });

  it('gives a sign of life while nothing happens', async () => {
    const { client } = await connect(0.01);
    client.read();
    await waitFor('two heartbeats', () => client.text.split(': heartbeat\n\n').length > 2);
  });

  it('tells its last words and is gone when they are read', async () => {
    const { client, connection } = await connect();
    const gone = connection.end('event: stream.end\ndata: {}\n\n');
    expect(connection.isOpen).toBe(false);
    expect(await client.readToEnd()).toContain('event: stream.end');
    await gone;
  });

  it('writes nothing once it has ended', async () => {
    const { client, connection } = await connect();
    void connection.end('data: last\n\n');
    connection.write('data: more\n\n');
    void connection.end('data: again\n\n');
    const text = await client.readToEnd();
    expect(text).toContain('last');
    expect(text).not.toMatch(/more|again/);
  });

  it('waits for a slow client that is not behind', async () => {
    const { client, connection } = await connect();
    while (!connection.isCongested) connection.write(MANY);
    const drained = connection.drained(() => false);
    client.read();
    await drained;
    expect(connection.isOpen).toBe(true);
  });

  it('lets a client go that reads nothing and is too far behind, telling it so', async () => {
    const { client, connection } = await connect();
    await expect(pour(connection, true)).rejects.toThrow(ConnectionClosed);
    const text = await client.readToEnd();
    expect(text).toMatch(/event: stream\.lagged\ndata: \{"message":".*Last-Event-ID.*"\}\n\n/);
    await connection.whenGone;
  });

  it('lets a client go that leaves its socket full for too long, however little it misses', async () => {
    const { client, connection } = await connect(HOUR, 'GET', 0.1);
    await expect(pour(connection, false)).rejects.toThrow(ConnectionClosed);
    expect(connection.hasLagged).toBe(true);
    expect(await client.readToEnd()).toContain('event: stream.lagged');
  });

  it('says whether there is room soon, and counts its patience anew once there was', async () => {
    const { client, connection } = await connect();
    do connection.write(MANY);
    while (await connection.drainsSoon());
    expect(connection.isCongested).toBe(true);
    client.read();
    await connection.drained(() => false);
    expect(await connection.drainsSoon()).toBe(true);
    expect(connection.hasLagged).toBe(false);
  });

  it('cuts off a client that does not read its last words', async () => {
    const { client, connection } = await connect();
    await expect(pour(connection, true)).rejects.toThrow(ConnectionClosed);
    await connection.whenGone;
    expect(await client.readToEnd()).not.toContain('stream.lagged');
  });

  it('is gone when the client leaves, and frees what waits for it', async () => {
    const { client, response, connection } = await connect();
    const pouring = pour(connection, false);
    client.leave();
    await expect(pouring).rejects.toThrow(ConnectionClosed);
    await connection.whenGone;
    expect(connection.isOpen).toBe(false);
    expect(response.listenerCount('drain')).toBe(0);
  });

  it('is gone at once when the client left before it was opened', async () => {
    const { client, response } = await server.ask();
    const closed = once(response, 'close');
    client.leave();
    await closed;
    const connection = new SseConnection(response, HOUR, HOUR);
    expect(connection.isOpen).toBe(false);
    connection.write('data: x\n\n');
    await connection.whenGone;
    await connection.end();
  });

  it('answers HEAD with the headers alone', async () => {
    const { client, connection } = await connect(HOUR, 'HEAD');
    connection.write('data: x\n\n');
    await connection.whenGone;
    client.read();
    await waitFor('the headers', () => client.text.endsWith('\r\n\r\n'));
    expect(client.text).not.toContain('data: x');
    client.leave();
  });
});
