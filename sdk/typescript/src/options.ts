/** How to reach a service. */
export interface WandClientOptions {
  /** Where it listens, such as `https://wand.example.com`; a path in it is kept. */
  readonly baseUrl: string | URL;
  /** Sent as `X-API-Key`. */
  readonly apiKey?: string;
  /** Sent as `Authorization: Bearer …`; a function is asked before every attempt, so that a short token can be renewed. */
  readonly token?: TokenSource;
  /** The namespace that requests are about (`X-Wand-Namespace`); for keys that may choose one. */
  readonly namespace?: string;
  /** Headers for every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Sends requests; the `fetch` of the runtime when left out. */
  readonly fetch?: FetchLike;
  /** Attempts after the first when no answer came, or one that says to come back; 4 when left out. */
  readonly retries?: number;
  /** How long the head of an answer may take, in milliseconds; 100,000 when left out, longer than `wait` can be. */
  readonly timeoutMs?: number;
}

/** A token, or what gives one: asked whenever one is needed. */
export type TokenSource = string | (() => string | Promise<string>);

/** The part of `fetch` that the client uses. */
export type FetchLike = (url: string, init: RequestInit) => Promise<Response>;

/** What every call takes. */
export interface CallOptions {
  /** Gives up: the call rejects with the reason of the signal. */
  readonly signal?: AbortSignal;
}

/** What calls take that create something. */
export interface CreateOptions extends CallOptions {
  /**
   * Makes the call happen once, however often it is made: the same key and body get the first answer again, for 24 h.
   * When left out a new one is made, so that the client's own retries are safe.
   */
  readonly idempotencyKey?: string;
}
