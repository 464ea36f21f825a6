import type { Agent, Dispatcher } from 'undici';
import type { EgressGuard } from './egress-guard.js';
import { HeadersTooLargeError } from './http.errors.js';

type Options = Omit<Dispatcher.RequestOptions, 'origin' | 'path' | 'signal'> & { readonly signal: AbortSignal };

interface Loaded {
  readonly agent: Agent;
  readonly request: (url: URL, options: Options & { readonly dispatcher: Agent }) => Promise<Dispatcher.ResponseData>;
}

/** Most that the headers of an answer may hold, in bytes. */
const MAX_HEADER_BYTES = 16_384;
/** The longest time-out that a node can have: whoever has none is not to wait for ever either. */
export const MAX_CALL_MS = 3_600_000;

/**
 * Sends requests over connections that the guard lets through, and keeps them for the next ones. The library is loaded with
 * the first request: a service whose agents call nobody does not hold it in memory.
 */
export class GuardedClient {
  private loading: Promise<Loaded> | undefined;

  constructor(private readonly guard: EgressGuard) {}

  /**
   * How long an answer may take is the caller's to bound, through the signal; its headers, and each silence of its body,
   * at most an hour.
   *
   * @throws {EgressBlockedError} if the guard refuses the headers or the address.
   * @throws {HeadersTooLargeError} for an answer whose headers are above 16 KiB.
   */
  async request(url: URL, options: Options): Promise<Dispatcher.ResponseData> {
    this.loading ??= this.load();
    const { agent, request } = await this.loading;
    try {
      return await request(url, { ...options, dispatcher: agent });
    } catch (error) {
      if (isHeadersOverflow(error)) throw new HeadersTooLargeError(url.host, MAX_HEADER_BYTES);
      throw error;
    }
  }

  /** Closes all connections; requests under way fail. */
  async destroy(): Promise<void> {
    await (await this.loading)?.agent.destroy();
  }

  private async load(): Promise<Loaded> {
    const { Agent, buildConnector, request } = await import('undici');
    const connect = this.guard.connector(buildConnector);
    const agent = new Agent({
      connect,
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: MAX_CALL_MS,
      bodyTimeout: MAX_CALL_MS,
    });
    return { agent, request };
  }
}

function isHeadersOverflow(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || !('code' in error)) return false;
  return error.code === 'UND_ERR_HEADERS_OVERFLOW' || error.code === 'HPE_HEADER_OVERFLOW';
}
