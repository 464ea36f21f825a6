import { WandProblem } from './errors.js';
import { type Client, createClient, createConfig } from './generated/client/index.js';
import type { CallOptions, CreateOptions, WandClientOptions } from './options.js';
import { type AfterLoss, Transport } from './transport.js';

/** What every generated operation is called with. */
export interface CallSettings {
  readonly client: Client;
  readonly throwOnError: true;
  readonly signal?: AbortSignal;
  readonly fetch: typeof globalThis.fetch;
}

/** The generated client of one service, and how its operations are called. */
export class ApiCalls {
  readonly transport: Transport;
  readonly client: Client;
  readonly #baseUrl: string;
  readonly #senders: Readonly<Record<AfterLoss, typeof globalThis.fetch>>;

  constructor(options: WandClientOptions) {
    this.#baseUrl = String(options.baseUrl).replace(/\/+$/, '');
    this.transport = new Transport(options);
    this.#senders = { repeat: this.transport.sender('repeat'), report: this.transport.sender('report') };
    this.client = createClient(createConfig({ baseUrl: this.#baseUrl, fetch: this.#senders.report }));
    this.client.interceptors.error.use((error, response: Response | undefined) =>
      response === undefined || error instanceof Error ? error : new WandProblem(response, error),
    );
  }

  url(path: string): string {
    return this.#baseUrl + path;
  }

  /** For a call that may be carried out twice. */
  repeatable({ signal }: CallOptions = {}): CallSettings {
    return { client: this.client, throwOnError: true, signal, fetch: this.#senders.repeat };
  }

  /** For a call that may not, and of which the service would not know that it is the same one. */
  once({ signal }: CallOptions = {}): CallSettings {
    return { client: this.client, throwOnError: true, signal, fetch: this.#senders.report };
  }

  /** For a call that its key lets happen once. */
  keyed({ signal, idempotencyKey = newKey() }: CreateOptions = {}): CallSettings & {
    readonly headers: { readonly 'Idempotency-Key': string };
  } {
    return { ...this.repeatable({ signal }), headers: { 'Idempotency-Key': idempotencyKey } };
  }
}

/** Not `randomUUID`: browsers have that only where the page came over TLS. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
