import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

/** A server that agents call: it remembers every call, and holds answers back while its gate is shut. */
export class CallCounter {
  /** Path of each call, in order of arrival. */
  readonly calls: string[] = [];
  private readonly held: (() => void)[] = [];
  /** Paths whose answers are held back; '*' for all. */
  private shutPath: string | undefined;
  private readonly server: Server;

  private constructor() {
    this.server = createServer((request, response) => this.answer(request, response));
  }

  static async start(): Promise<CallCounter> {
    const counter = new CallCounter();
    counter.server.listen(0, '127.0.0.1');
    await once(counter.server, 'listening');
    return counter;
  }

  get url(): string {
    const address = this.server.address();
    if (address === null || typeof address === 'string') throw new TypeError('the counter does not listen');
    return `http://127.0.0.1:${address.port}`;
  }

  /** From now on calls of `path` (of any path when left out) are counted but not answered. */
  shut(path = '*'): void {
    this.shutPath = path;
  }

  /** Answers what was held back, and everything from now on. */
  open(): void {
    this.shutPath = undefined;
    for (const release of this.held.splice(0)) release();
  }

  async stop(): Promise<void> {
    this.open();
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    this.calls.push(request.url ?? '');
    request.resume();
    const send = (): void => {
      response.setHeader('Content-Type', 'application/json').end(JSON.stringify({ call: request.url }));
    };
    if (this.shutPath === '*' || this.shutPath === request.url) this.held.push(send);
    else send();
  }
}
