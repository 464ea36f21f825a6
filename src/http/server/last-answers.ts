import { once } from 'node:events';
import type { Server, ServerResponse } from 'node:http';

/** How long requests that are being answered may still take once the server has closed, in milliseconds. */
const ANSWERED_WITHIN_MS = 5_000;

/** Takes a server out of service without breaking a request off. */
export class LastAnswers {
  constructor(private readonly server: Server) {}

  /** From now on each connection ends with its next answer, so that clients connect anew, wherever that leads them. */
  begin(): void {
    this.server.prependListener('request', (_request, response: ServerResponse) => {
      response.shouldKeepAlive = false;
    });
  }

  /** Takes no connection any more; resolves when what had come is answered, or has taken too long. */
  async close(): Promise<void> {
    if (!this.server.listening) return;
    const tooLong = AbortSignal.timeout(ANSWERED_WITHIN_MS);
    const closed = once(this.server, 'close', { signal: tooLong }).catch((error: unknown) => {
      if (!tooLong.aborted) throw error;
    });
    this.server.close();
    await closed;
  }
}
