import { once } from 'node:events';
import { connect } from 'node:net';

/** One answer as it came over the wire. */
export interface RawAnswer {
  readonly status: number;
  /** Names in lower case; of repeated ones the last. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

export interface RawExchange {
  /** Every answer, interim ones included. */
  readonly answers: readonly RawAnswer[];
  /** The server closed the connection. */
  readonly isClosed: boolean;
}

export interface RawOptions {
  /** Stop when so many answers are whole; without it, when the server closes. */
  readonly answers?: number;
  /** Sent again and again until the server closes. */
  readonly drip?: string;
  readonly timeoutMs?: number;
}

const DRIP_MS = 50;

/** Sends bytes as they are and reads what comes back. */
export async function sendRaw(port: number, bytes: string | Buffer, options: RawOptions = {}): Promise<RawExchange> {
  const { answers: wanted = Infinity, drip, timeoutMs = 10_000 } = options;
  const socket = connect(port, '127.0.0.1');
  let received = '';
  let isClosed = false;
  const over = Promise.withResolvers<void>();
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString('latin1');
    if (answersIn(received).length >= wanted) over.resolve();
  });
  socket.once('close', () => {
    isClosed = true;
    over.resolve();
  });
  await once(socket, 'connect');
  socket.write(bytes);
  const dripping = drip === undefined ? undefined : setInterval(() => socket.write(drip), DRIP_MS);
  const deadline = setTimeout(
    () => over.reject(new Error(`no end within ${timeoutMs} ms; received: ${received}`)),
    timeoutMs,
  );
  try {
    await over.promise;
  } finally {
    clearInterval(dripping);
    clearTimeout(deadline);
    socket.destroy();
  }
  return { answers: answersIn(received), isClosed };
}

function answersIn(text: string): RawAnswer[] {
  const answers: RawAnswer[] = [];
  let rest = text;
  for (let end = rest.indexOf('\r\n\r\n'); end >= 0; end = rest.indexOf('\r\n\r\n')) {
    const [statusLine = '', ...lines] = rest.slice(0, end).split('\r\n');
    const headers = new Map(
      lines.map((line) => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
      }),
    );
    const length = Number(headers.get('content-length') ?? 0);
    const body = rest.slice(end + 4, end + 4 + length);
    if (body.length < length) break;
    answers.push({ status: Number(statusLine.split(' ')[1]), headers, body: Buffer.from(body, 'latin1').toString() });
    rest = rest.slice(end + 4 + length);
  }
  return answers;
}
