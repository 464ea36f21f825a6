import { backoffMs, retryAfterMs } from './backoff.js';
import { WandConnectionError } from './errors.js';
import type { FetchLike, TokenSource, WandClientOptions } from './options.js';
import { reasonOf, sleep } from './sleep.js';

const DEFAULT_RETRIES = 4;
const DEFAULT_TIMEOUT_MS = 100_000;
const BACKOFF = { baseMs: 250, maxMs: 10_000 };
/** A server that wants to be left alone for longer than that is not waited for: its answer goes to the caller. */
const MAX_RETRY_AFTER_MS = 60_000;

/** Refused before anything was done: any request may be sent again. */
const REFUSED = new Set([429, 503]);
/** A gateway does not know what became of the request: only one that may happen twice is sent again. */
const LOST = new Set([502, 504]);

/**
 * What may be done with a request that may have been carried out, although no answer came. `repeat`: send it again, it
 * changes nothing or has an `Idempotency-Key`. `report`: only the caller can know.
 */
export type AfterLoss = 'repeat' | 'report';

/** Sends requests with credentials, and again when that is safe. Only what every runtime has: `fetch` and timers. */
export class Transport {
  readonly #options: WandClientOptions;
  readonly #fetch: FetchLike;

  constructor(options: WandClientOptions) {
    this.#options = options;
    this.#fetch = options.fetch ?? ((url, init) => globalThis.fetch(url, init));
  }

  /** A `fetch` for the generated client. */
  sender(afterLoss: AfterLoss): typeof globalThis.fetch {
    return async (input, init) => {
      const request = new Request(input, init);
      const { url, method, headers, signal } = request;
      const body = request.body === null ? undefined : await request.arrayBuffer();
      return this.#sendAgain({ url, method, headers, signal, body, afterLoss });
    };
  }

  /**
   * One attempt; an answer whatever its status. `isAnonymous` leaves the client's credentials out.
   *
   * @throws {WandConnectionError} when no answer came.
   */
  async attempt(
    url: string,
    init: RequestInit & { readonly signal: AbortSignal },
    { isAnonymous = false }: { readonly isAnonymous?: boolean } = {},
  ): Promise<Response> {
    const headers = new Headers(init.headers);
    for (const [name, value] of Object.entries(this.#options.headers ?? {})) headers.set(name, value);
    if (!isAnonymous) await this.#addCredentials(headers);
    const { signal } = init;
    const timeoutMs = this.#options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), timeoutMs);
    try {
      return await this.#fetch(url, { ...init, headers, signal: AbortSignal.any([signal, deadline.signal]) });
    } catch (error) {
      if (signal.aborted) throw reasonOf(signal);
      const what = deadline.signal.aborted ? `no answer within ${timeoutMs} ms` : 'no answer came';
      throw new WandConnectionError(`${init.method ?? 'GET'} ${new URL(url).pathname}: ${what}`, { cause: error });
    } finally {
      clearTimeout(timer);
    }
  }

  async #sendAgain(request: SentRequest): Promise<Response> {
    const retries = this.#options.retries ?? DEFAULT_RETRIES;
    for (let attempt = 1; ; attempt++) {
      const outcome = await this.#tryOnce(request);
      const waitMs = attempt > retries ? undefined : waitBeforeNext(outcome, attempt, request.afterLoss);
      if (waitMs === undefined) {
        if (outcome instanceof Response) return outcome;
        throw outcome;
      }
      if (outcome instanceof Response) await outcome.body?.cancel();
      await sleep(waitMs, request.signal);
    }
  }

  async #tryOnce(request: SentRequest): Promise<Response | WandConnectionError> {
    const { url, method, headers, signal, body } = request;
    try {
      return await this.attempt(url, { method, headers, signal, body });
    } catch (error) {
      if (error instanceof WandConnectionError) return error;
      throw error;
    }
  }

  async #addCredentials(headers: Headers): Promise<void> {
    const { apiKey, token, namespace } = this.#options;
    if (apiKey !== undefined) headers.set('X-API-Key', apiKey);
    if (token !== undefined) {
      headers.set('Authorization', `Bearer ${await current(token)}`);
    }
    if (namespace !== undefined) headers.set('X-Wand-Namespace', namespace);
  }
}

/** The token to use now. */
export async function current(token: TokenSource): Promise<string> {
  return typeof token === 'string' ? token : token();
}

interface SentRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
  readonly signal: AbortSignal;
  readonly body: ArrayBuffer | undefined;
  readonly afterLoss: AfterLoss;
}

/** Milliseconds until the request may be sent again; undefined when it may not. */
function waitBeforeNext(
  outcome: Response | WandConnectionError,
  failures: number,
  afterLoss: AfterLoss,
): number | undefined {
  const backoff = backoffMs(failures, BACKOFF, Math.random);
  if (!(outcome instanceof Response)) return afterLoss === 'repeat' ? backoff : undefined;
  const asked = retryAfterMs(outcome.headers, Date.now());
  if (asked !== undefined && asked > MAX_RETRY_AFTER_MS) return undefined;
  // The first request with the same Idempotency-Key is still being answered: a conflict that passes says when.
  const passes = REFUSED.has(outcome.status) || (outcome.status === 409 && asked !== undefined);
  if (passes) return Math.max(asked ?? 0, backoff);
  return LOST.has(outcome.status) && afterLoss === 'repeat' ? Math.max(asked ?? 0, backoff) : undefined;
}
