import { SseServer } from '../../../test/support/sse-server.js';
import { waitFor } from '../../../test/support/wait-for.js';
import { Download } from './download.js';

const HOUR = 3_600;
const MANY = 'é'.repeat(100_000);

describe('Download', () => {
  let server: SseServer;

  beforeEach(async () => {
    server = await SseServer.start();
  });
  afterEach(() => server.stop());

  const connect = async (stallSec = HOUR) => {
    const { client, response } = await server.ask('GET');
    return { client, response, download: new Download(response, stallSec) };
  };

  /** Texts without an end, counted as they are made. */
  function endless() {
    const made = { count: 0, isOver: false };
    async function* texts(): AsyncGenerator<string> {
      try {
        for (;;) {
          made.count += 1;
          yield MANY;
        }
      } finally {
        made.isOver = true;
      }
    }
    return { made, texts: texts() };
  }

  async function* few(): AsyncGenerator<string> {
    yield 'first\n';
    yield `${MANY}\n`;
    yield 'last\n';
  }

  it('sends everything and is over when it was read', async () => {
    const { client, download } = await connect();
    const sending = download.send(few());
    const text = await client.readToEnd();
    await sending;
    expect(text).toContain('first\n');
    expect(text).toContain('last\n');
    expect(text.endsWith('0\r\n\r\n')).toBe(true);
    await download.whenGone;
  });

  it('makes nothing while the client does not read, and cuts it off after a while', async () => {
    const { download } = await connect(0.05);
    const { made, texts } = endless();
    await download.send(texts);
    expect(made.isOver).toBe(true);
    // What sockets hold, and no more.
    expect(made.count).toBeLessThan(200);
  });

  it('stops making when the client has gone', async () => {
    const { client, download } = await connect();
    const { made, texts } = endless();
    const sending = download.send(texts);
    client.read();
    await waitFor('some of it', () => made.count > 3);
    client.leave();
    await sending;
    expect(made.isOver).toBe(true);
  });

  it('makes nothing for a client that had gone before', async () => {
    const { client, response } = await server.ask('GET');
    client.leave();
    await waitFor('it to be gone', () => response.closed);
    const download = new Download(response, HOUR);
    const { made, texts } = endless();
    await download.send(texts);
    await download.whenGone;
    expect(made).toEqual({ count: 1, isOver: true });
  });

  it('ends in a broken connection when the rest cannot be made', async () => {
    const { client, download } = await connect();
    async function* broken(): AsyncGenerator<string> {
      yield 'first\n';
      throw new Error('it is gone');
    }
    await expect(download.send(broken())).rejects.toThrow('it is gone');
    const text = await client.readToEnd();
    expect(text.endsWith('0\r\n\r\n')).toBe(false);
  });

  it('leaves the answer to others when nothing could be made', async () => {
    const { client, response, download } = await connect();
    async function* broken(): AsyncGenerator<string> {
      yield* [];
      throw new Error('it is gone');
    }
    await expect(download.send(broken())).rejects.toThrow('it is gone');
    response.status(404).end();
    expect(await client.readToEnd()).toContain('HTTP/1.1 404');
  });

  it('is cut off a moment after it was told to leave', async () => {
    const { download } = await connect();
    const sending = download.send(endless().texts);
    await download.leave();
    await sending;
  });
});
