import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';

export interface ScriptedAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A server that answers as it was told: one scripted answer per request, the last one for ever. */
export class FlakyServer {
  readonly requests: { readonly method: string; readonly url: string; readonly headers: IncomingHttpHeaders }[] = [];
  private script: ScriptedAnswer[] = [{ status: 200 }];
  private readonly server: Server;

  private constructor() {
    this.server = createServer((request, response) => {
      const { method = '', url = '', headers } = request;
      this.requests.push({ method, url, headers });
      request.resume();
      const [next = { status: 200 }] = this.script;
      if (this.script.length > 1) this.script.shift();
      response.writeHead(next.status, { 'Content-Type': 'application/json', ...next.headers }).end('{"ok":true}');
    });
  }

  static async start(): Promise<FlakyServer> {
    const flaky = new FlakyServer();
    flaky.server.listen(0, '127.0.0.1');
    await once(flaky.server, 'listening');
    return flaky;
  }

  get url(): string {
    const address = this.server.address();
    if (address === null || typeof address === 'string') throw new TypeError('the server does not listen');
    return `http://127.0.0.1:${address.port}/`;
  }

  answers(...statuses: readonly number[]): void {
    this.answersWith(...statuses.map((status) => ({ status })));
  }

  answersWith(...answers: readonly ScriptedAnswer[]): void {
    this.script = [...answers];
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}
