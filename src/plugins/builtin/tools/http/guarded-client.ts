import type { Agent, Dispatcher } from 'undici';
import type { EgressGuard } from './egress-guard.js';

type Options = Omit<Dispatcher.RequestOptions, 'origin' | 'path'>;

interface Loaded {
  readonly agent: Agent;
  readonly request: (url: URL, options: Options & { readonly dispatcher: Agent }) => Promise<Dispatcher.ResponseData>;
}

/**
 * Sends requests over connections that the guard lets through, and keeps them for the next ones. The library is loaded with
 * the first request: a service whose agents call nobody does not hold it in memory.
 */
export class GuardedClient {
  private loading: Promise<Loaded> | undefined;

  constructor(private readonly guard: EgressGuard) {}

  /** How long an answer may take is the caller's to bound, through the signal. */
  async request(url: URL, options: Options): Promise<Dispatcher.ResponseData> {
    this.loading ??= this.load();
    const { agent, request } = await this.loading;
    return request(url, { ...options, dispatcher: agent });
  }

  /** Closes all connections; requests under way fail. */
  async destroy(): Promise<void> {
    await (await this.loading)?.agent.destroy();
  }

  private async load(): Promise<Loaded> {
    const { Agent, buildConnector, request } = await import('undici');
    const connect = this.guard.connector(buildConnector);
    return { agent: new Agent({ connect, headersTimeout: 0, bodyTimeout: 0 }), request };
  }
}
