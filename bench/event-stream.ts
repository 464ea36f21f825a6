import { once } from 'node:events';
import { type Socket, connect } from 'node:net';

/** An event as a stream of the service sends it. */
export interface Arrival {
  readonly type: string;
  readonly seq: number;
  /** The time stamp that whoever wrote the event gave it, in milliseconds. It is taken before the commit. */
  readonly at: number;
  /** From that time stamp until it was here: on one machine, whose processes share a clock. */
  readonly latencyMs: number;
}

const FRAME = /^event: (\S+)\ndata: \{"seq":(\d+),"ts":([\d.]+)/gm;

/** A client of one stream, as cheap as it can be: it shares the machine with the service. */
export class EventStream {
  /** Resolves when the connection is closed, by whomever. */
  readonly ended: Promise<void>;
  /** Resolves with the first line of the answer, empty if there was none. */
  private readonly answered = Promise.withResolvers<string>();
  private readonly socket: Socket;
  private readonly onEvent: (event: Arrival) => void;
  private text = '';

  private constructor(socket: Socket, onEvent: (event: Arrival) => void) {
    this.socket = socket;
    this.onEvent = onEvent;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => this.receive(chunk));
    socket.on('error', (error) => console.error('a stream has failed:', error.message));
    socket.on('close', () => {
      this.answered.resolve('');
      resolve();
    });
  }

  /** @param request The request, to the empty line after its headers. @returns once it is sent. */
  static async open(url: string, request: string, onEvent: (event: Arrival) => void): Promise<EventStream> {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    const stream = new EventStream(socket, onEvent);
    socket.write(request);
    return stream;
  }

  /** Resolves when the service has answered: what happens from now on comes live. */
  async untilAnswered(): Promise<void> {
    const status = await this.answered.promise;
    if (!status.startsWith('HTTP/1.1 200 ')) throw new Error(`a stream was not opened: ${status}`);
  }

  close(): void {
    this.socket.destroy();
  }

  private receive(chunk: string): void {
    const now = performance.timeOrigin + performance.now();
    this.text += chunk;
    this.answered.resolve(chunk.slice(0, chunk.indexOf('\r\n')));
    const end = this.text.lastIndexOf('\n\n');
    if (end === -1) return;
    for (const [, type = '', seq, ts] of this.text.slice(0, end).matchAll(FRAME)) {
      const at = Number(ts) * 1_000;
      this.onEvent({ type, seq: Number(seq), at, latencyMs: now - at });
    }
    this.text = this.text.slice(end);
  }
}
