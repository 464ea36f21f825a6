import { connect } from 'node:net';
import { once } from 'node:events';
import { API_KEY } from '../../support/built-service.js';

const HEADERS = (path: string, afterSeq: number): string =>
  `GET ${path} HTTP/1.1\r\nHost: localhost\r\nX-API-Key: ${API_KEY}\r\nLast-Event-ID: ${afterSeq}\r\n\r\n`;

/** A client of a stream that reads what comes and, like a browser, connects again where it was when it is let go. */
export class Reader {
  /** Of each event with an id, in the order of arrival. */
  readonly seqs: number[] = [];
  reconnects = -1;
  private rest = '';
  private hasEnded = false;

  constructor(
    private readonly port: number,
    private readonly path: string,
  ) {}

  /** Resolves when the stream said that the run has ended. */
  async read(onOpen: () => void = () => undefined): Promise<void> {
    while (!this.hasEnded) {
      this.reconnects += 1;
      this.rest = '';
      const socket = connect(this.port, '127.0.0.1').setEncoding('latin1');
      socket.on('error', () => undefined);
      socket.on('data', (text: string) => {
        this.take(text);
        if (this.hasEnded) socket.destroy();
      });
      socket.once('data', onOpen);
      socket.write(HEADERS(this.path, this.seqs.at(-1) ?? 0));
      await once(socket, 'close');
    }
  }

  /** Whole lines only: where a chunk cuts an event in two, the rest waits for the next. */
  private take(text: string): void {
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line.startsWith('id: ')) this.seqs.push(Number(line.slice(4)));
      else if (line === 'event: stream.end') this.hasEnded = true;
    }
  }
}

/** A client that asks for a stream and never reads. Resolves when it has asked; the function hangs up. */
export async function silentReader(port: number, path: string): Promise<() => void> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.pause();
  socket.write(HEADERS(path, 0));
  return () => socket.destroy();
}
