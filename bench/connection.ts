import { once } from 'node:events';
import { type Socket, connect } from 'node:net';

/** An answer, read to its end. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

export interface RequestParts {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** JSON text. */
  readonly body?: string;
}

type Headers = Readonly<Record<string, string>>;

const HEAD_END = Buffer.from('\r\n\r\n');

/**
 * One keep-alive HTTP/1.1 connection, one request at a time. It is as cheap as a client can be, because it shares the machine
 * with the server that it measures: an ordinary client would take a good part of a processor for itself.
 */
export class Connection {
  private readonly socket: Socket;
  private readonly commonHeaders: string;
  private received: Buffer = Buffer.alloc(0);
  private pending: PromiseWithResolvers<Answer> | undefined;

  private constructor(socket: Socket, commonHeaders: string) {
    this.socket = socket;
    this.commonHeaders = commonHeaders;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.receive(chunk));
    socket.on('error', (error) => this.settle()?.reject(error));
    socket.on('close', () => this.settle()?.reject(new Error('the server closed the connection')));
  }

  /** @param headers Sent with every request. */
  static async open(url: string, headers: Headers = {}): Promise<Connection> {
    const { hostname, port, host } = new URL(url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    return new Connection(socket, headerLines({ Host: host, ...headers }));
  }

  /** Resolves with the answer; only answers with a Content-Length are understood. */
  request({ method, path, body = '' }: RequestParts): Promise<Answer> {
    if (this.socket.destroyed) return Promise.reject(new Error('the server has closed the connection'));
    const length = Buffer.byteLength(body);
    const sized =
      length === 0 ? '' : headerLines({ 'Content-Type': 'application/json', 'Content-Length': `${length}` });
    this.pending = Promise.withResolvers<Answer>();
    this.socket.write(`${method} ${path} HTTP/1.1\r\n${this.commonHeaders}${sized}\r\n${body}`);
    return this.pending.promise;
  }

  close(): void {
    this.pending = undefined;
    this.socket.destroy();
  }

  private receive(chunk: Buffer): void {
    this.received = this.received.length === 0 ? chunk : Buffer.concat([this.received, chunk]);
    const headEnd = this.received.indexOf(HEAD_END);
    if (headEnd === -1) return;
    const head = this.received.toString('latin1', 0, headEnd);
    const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? Number.NaN);
    if (Number.isNaN(length)) throw new Error(`an answer without Content-Length: ${head}`);
    const bodyStart = headEnd + HEAD_END.length;
    if (this.received.length < bodyStart + length) return;
    const body = this.received.toString('utf8', bodyStart, bodyStart + length);
    this.received = this.received.subarray(bodyStart + length);
    this.settle()?.resolve({ status: Number(head.slice(9, 12)), body });
  }

  private settle(): PromiseWithResolvers<Answer> | undefined {
    const { pending } = this;
    this.pending = undefined;
    return pending;
  }
}

function headerLines(headers: Headers): string {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');
}
