import { setTimeout as sleep } from 'node:timers/promises';
import { type Json, type JsonObject, isJsonObject } from '../../executor/core/index.js';
import { CliError, fieldOf, messageOf } from '../cli-errors.js';
import type { GraphFault } from '../graph-file/fault-line.js';
import { RetryWaits } from './retry-waits.js';

const ANSWER_WITHIN_MS = 60_000;
const LATER = new Set([429, 502, 503, 504]);

export interface ApiOptions {
  readonly baseUrl: URL;
  readonly apiKey?: string;
  /** First wait before a connection is tried again, in milliseconds. */
  readonly retryBaseMs: number;
}

export interface ApiRequest {
  readonly method: 'GET' | 'POST';
  /** Relative to the server's base. */
  readonly path: string;
  /** JSON text. */
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Leave out to give up after a minute. */
  readonly signal?: AbortSignal;
}

/** The server did not answer, or asks to come again later. */
export class UnreachableError extends CliError {}

/** The server refused the request; `message` is what it says. */
export class RefusedError extends CliError {
  constructor(
    message: string,
    readonly status: number,
    readonly problems: readonly GraphFault[],
  ) {
    super(message, {
      faults: problems.map(({ pointer, code, message: text }) => `${pointer ?? ''} ${code}: ${text}`.trim()),
    });
  }
}

/** Speaks HTTP to a Wand server. */
export class WandApi {
  private readonly baseUrl: URL;

  constructor(private readonly options: ApiOptions) {
    this.baseUrl = new URL(options.baseUrl);
    if (!this.baseUrl.pathname.endsWith('/')) this.baseUrl.pathname += '/';
  }

  /** Where the server is, for people. */
  get name(): string {
    return this.baseUrl.href.replace(/\/$/, '');
  }

  /** The answer, once; its status is below 300. @throws {UnreachableError | RefusedError} */
  async send(request: ApiRequest): Promise<Response> {
    const response = await this.fetch(request);
    if (response.ok) return response;
    throw await this.refusal(response);
  }

  /** Like `send`, but tries again while the server cannot be reached: only for requests that may be repeated. */
  async sendAgain(request: ApiRequest): Promise<Response> {
    const waits = new RetryWaits(this.options.retryBaseMs);
    for (;;) {
      try {
        return await this.send(request);
      } catch (error) {
        const wait = error instanceof UnreachableError ? waits.next() : undefined;
        if (wait === undefined) throw error;
        await sleep(wait);
      }
    }
  }

  /** The body of an answer. @throws {CliError} if it is not a JSON object. */
  async readObject(response: Response): Promise<JsonObject> {
    const body = await this.readJson(response);
    if (!isJsonObject(body)) throw this.unlike();
    return body;
  }

  /** The body of an answer. @throws {CliError} if it is not JSON. */
  async readJson(response: Response): Promise<Json> {
    try {
      return (await response.json()) as Json;
    } catch (error) {
      throw this.unlike(error);
    }
  }

  /** The answer is not what a Wand server would send. */
  unlike(cause?: unknown): CliError {
    return new CliError(`${this.name} did not answer as a Wand server would: check --server`, { cause });
  }

  private async fetch({ method, path, body, headers, signal }: ApiRequest): Promise<Response> {
    try {
      return await fetch(new URL(path, this.baseUrl), {
        method,
        body,
        // A redirect could lead the key to another host.
        redirect: 'manual',
        signal: signal ?? AbortSignal.timeout(ANSWER_WITHIN_MS),
        headers: {
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...(this.options.apiKey === undefined ? {} : { 'X-API-Key': this.options.apiKey }),
          ...headers,
        },
      });
    } catch (error) {
      throw new UnreachableError(`cannot reach ${this.name}: ${networkReason(error)}`, { cause: error });
    }
  }

  private async refusal(response: Response): Promise<CliError> {
    const { status } = response;
    if (status >= 300 && status < 400) {
      const target = response.headers.get('location') ?? 'somewhere else';
      return new RefusedError(`${this.name} redirects to ${target}: give that address to --server`, status, []);
    }
    const problem = await response.json().catch(() => null);
    const { text, problems } = readProblem(problem);
    const hint = status === 401 ? ': pass --api-key or set WAND_API_KEY' : '';
    const message = `${this.name} answered ${status}${text === '' ? '' : ` ${text}`}${hint}`;
    return LATER.has(status) ? new UnreachableError(message) : new RefusedError(message, status, problems);
  }
}

function readProblem(problem: unknown): { readonly text: string; readonly problems: readonly GraphFault[] } {
  if (!isJsonObject(problem)) return { text: '', problems: [] };
  const { title, detail, errors } = problem;
  const text = [title, detail].filter((part) => typeof part === 'string').join(': ');
  return { text, problems: readFaults(errors) };
}

/** Faults or warnings as the API lists them; what is none is left out. */
export function readFaults(value: Json | undefined): GraphFault[] {
  if (!Array.isArray(value)) return [];
  return (value as readonly Json[]).filter(isJsonObject).map(({ pointer, parameter, code, message }) => ({
    pointer: typeof pointer === 'string' ? pointer : undefined,
    code: typeof code === 'string' ? code : typeof parameter === 'string' ? parameter : 'fault',
    message: typeof message === 'string' ? message : '',
  }));
}

function networkReason(error: unknown): string {
  if (fieldOf(error, 'name') === 'TimeoutError') return 'no answer in time';
  const cause = fieldOf(error, 'cause');
  const code = fieldOf(cause, 'code');
  if (typeof code === 'string') return code;
  return messageOf(cause ?? error);
}
