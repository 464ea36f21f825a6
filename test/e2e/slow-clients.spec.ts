import { once } from 'node:events';
import { type Socket, connect } from 'node:net';
import { ConnectionGuard } from '../../src/http/index.js';
import { API_KEY } from '../support/built-service.js';
import { sendRaw } from '../support/raw-http.js';
import { useApi } from '../support/use-api.js';
import { waitFor } from '../support/wait-for.js';

const KEY = `Host: x\r\nX-API-Key: ${API_KEY}\r\n`;

describe('A client that takes its time', () => {
  const api = useApi({ env: { LIMITS__HEADERS_TIMEOUT_SEC: '0.3', LIMITS__REQUEST_TIMEOUT_SEC: '0.6' } });
  const port = (): number => Number(new URL(api.url).port);
  const body = `POST /graphs HTTP/1.1\r\n${KEY}Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n`;

  it.each([
    ['says nothing at all', '', undefined],
    ['sends header after header', `GET /graphs HTTP/1.1\r\n${KEY}`, 'X: y\r\n'],
    ['sends its body byte by byte', body, ' '],
    ['stops in the middle of its body', body, undefined],
  ])('is cut off with 408 when it %s', async (_how, bytes, drip) => {
    const { answers, isClosed } = await sendRaw(port(), bytes, { drip });
    expect(isClosed).toBe(true);
    expect(answers.map(({ status }) => status)).toEqual([408]);
    expect(answers[0]?.headers.get('connection')).toBe('close');
    expect(JSON.parse(answers[0]?.body ?? '')).toMatchObject({ type: '/problems/request-timeout' });
  });

  it('is cut off when it goes on sending what was refused', async () => {
    const { answers, isClosed } = await sendRaw(port(), body.replace(API_KEY, 'wrong'), { drip: ' ' });
    expect(answers[0]).toMatchObject({ status: 401 });
    expect(isClosed).toBe(true);
  });

  it('takes no one else’s time', async () => {
    const slow = await Promise.all(
      Array.from({ length: 200 }, async () => {
        const socket = connect(port(), '127.0.0.1');
        socket.on('error', () => undefined);
        await once(socket, 'connect');
        socket.write('GET /graphs HTTP/1.1\r\nX: ');
        return socket;
      }),
    );
    expect((await api.get('/graphs')).status).toBe(200);
    for (const socket of slow) socket.resume();
    await waitFor('all of them to be cut off', () => slow.every((socket) => socket.closed));
    expect(api.service.app.get(ConnectionGuard, { strict: false }).refused.get(408)).toBeGreaterThanOrEqual(200);
  });
});

describe('The cap on connections', () => {
  const api = useApi({ env: { LIMITS__MAX_CONNECTIONS: '5' } });

  it('closes what is beyond it unread, counts it, and takes new ones when others have gone', async () => {
    const port = Number(new URL(api.url).port);
    const open: Socket[] = [];
    const another = async (): Promise<Socket> => {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => undefined);
      await once(socket, 'connect');
      socket.resume();
      open.push(socket);
      return socket;
    };
    const guard = api.service.app.get(ConnectionGuard, { strict: false });
    const before = guard.dropped;
    for (let index = 0; index < 5; index++) await another();
    const beyond = await another();
    await waitFor('the one beyond to be closed', () => beyond.closed);
    expect(guard.dropped).toBeGreaterThan(before);
    for (const socket of open) socket.destroy();
    const answer = await waitFor('a place', () =>
      sendRaw(port, `GET /graphs HTTP/1.0\r\n${KEY}\r\n`).then(({ answers }) => answers[0]),
    );
    expect(answer.status).toBe(200);
  });
});
