import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import type { FuzzRequest } from './requests.js';

export interface FuzzAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** Whether the server had ended it when the reader hung up. */
  readonly isWhole: boolean;
}

/** Sends requests exactly as they are: `fetch` would tidy up their paths. Open streams are left after a while. */
export class Sender {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 4 });

  constructor(
    private readonly url: string,
    private readonly streamMs: number,
  ) {}

  send({ method, target, headers, body }: FuzzRequest): Promise<FuzzAnswer> {
    const { hostname, port } = new URL(this.url);
    const length = body === undefined ? {} : { 'Content-Length': String(body.length) };
    return new Promise((resolve, reject) => {
      const sent = request(
        { hostname, port, method, path: target, headers: { ...headers, ...length }, agent: this.agent },
        (response) => {
          const chunks: Buffer[] = [];
          const finish = (isWhole: boolean): void => {
            clearTimeout(timer);
            const { statusCode: status = 0, headers: received } = response;
            resolve({ status, headers: received, text: Buffer.concat(chunks).toString('utf8'), isWhole });
          };
          const timer = setTimeout(() => {
            finish(false);
            sent.destroy();
          }, this.streamMs);
          // A file or a page is waited for; only a stream may stay open.
          if (response.headers['content-type']?.startsWith('text/event-stream') !== true) clearTimeout(timer);
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () => finish(true));
          response.on('error', () => finish(false));
        },
      );
      sent.setTimeout(30_000, () => sent.destroy(new Error('no answer within 30 s')));
      sent.on('error', reject);
      sent.end(body);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}
