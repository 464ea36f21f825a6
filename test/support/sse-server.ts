import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, type Socket, connect } from 'node:net';
import { type EventSourceMessage, createParser } from 'eventsource-parser';
import express, { type Response } from 'express';

/** A client at the level of its socket, which can refuse to read. */
export class RawClient {
  private received = '';
  private readonly over = Promise.withResolvers<void>();

  private constructor(private readonly socket: Socket) {
    socket.on('error', () => undefined);
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      this.received += text;
      // The chunk that ends an answer of unknown length.
      if (this.received.endsWith('\r\n0\r\n\r\n')) this.over.resolve();
    });
    socket.once('close', () => this.over.resolve());
  }

  /** Connects and sends a request; it reads nothing until `read` is called. */
  static async ask(port: number, { method = 'GET', path = '/', headers = '' } = {}): Promise<RawClient> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    const client = new RawClient(socket);
    socket.pause();
    socket.write(`${method} ${path} HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`);
    return client;
  }

  /** All that has been read. */
  get text(): string {
    return this.received;
  }

  read(): void {
    this.socket.resume();
  }

  /** Reads until the server has said all that it has to say to this request or has hung up. */
  async readToEnd(): Promise<string> {
    this.read();
    await this.over.promise;
    this.socket.destroy();
    return this.received;
  }

  /** Hangs up without a word. */
  leave(): void {
    this.socket.destroy();
  }
}

/** The events of a chunked answer. */
export function eventsOf(answer: string): EventSourceMessage[] {
  const events: EventSourceMessage[] = [];
  const chunks = answer.slice(answer.indexOf('\r\n\r\n') + 4);
  // Lines of a stream end with a line feed alone: what stands between two of the others is the length of a chunk.
  createParser({ onEvent: (event) => events.push(event) }).feed(chunks.replaceAll(/(?:\r\n|^)[0-9a-f]+\r\n/g, ''));
  return events;
}

/** A server that hands each request's response to the test. */
export class SseServer {
  private readonly arrived: Response[] = [];
  private readonly awaited: ((response: Response) => void)[] = [];

  private constructor(private readonly server: Server) {}

  static async start(): Promise<SseServer> {
    const app = express();
    const server = createServer(app);
    const started = new SseServer(server);
    app.use((request, response) => {
      request.clientAddress = '127.0.0.1';
      started.take(response);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return started;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** A client that asks, and the response that it waits for. */
  async ask(method = 'GET'): Promise<{ readonly client: RawClient; readonly response: Response }> {
    const client = await RawClient.ask(this.port, { method });
    return { client, response: await this.next() };
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private next(): Promise<Response> {
    const response = this.arrived.shift();
    if (response !== undefined) return Promise.resolve(response);
    return new Promise((resolve) => this.awaited.push(resolve));
  }

  private take(response: Response): void {
    const awaited = this.awaited.shift();
    if (awaited === undefined) this.arrived.push(response);
    else awaited(response);
  }
}
