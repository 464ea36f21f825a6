import { STATUS_CODES } from 'node:http';
import type { OnModuleDestroy } from '@nestjs/common';
import type { Dispatcher } from 'undici';
import { type Json, setOwn, storableJson } from '../../../../executor/core/index.js';
import { AgentError, Tool, type ToolContext } from '../../../sdk/index.js';
import { readDecoded } from './decode-body.js';
import { decodeText, isJsonType } from './decode-text.js';
import { EgressGuard } from './egress-guard.js';
import { GuardedClient, MAX_CALL_MS } from './guarded-client.js';
import { type Hop, type Redirect, firstHop, redirectOf } from './hop.js';
import { type HttpRequest, type HttpResponse, httpRequest, httpResponse } from './http-messages.js';
import { HttpPolicy } from './http-policy.js';
import { EgressBlockedError, HttpError, NetworkError, RedirectError, ResponseTooLargeError } from './http.errors.js';
import { retryAfterMs } from './retry-after.js';

const DEFAULT_MAX_RESPONSE_BYTES = 1_048_576;
/** A body that is not read is taken off the wire up to this size, so that its connection can be used again. */
const DUMP_LIMIT_BYTES = 65_536;

type Answer = Dispatcher.ResponseData;
/** A hop, and when the whole call must be over, in milliseconds of `performance.now()`. */
interface Call {
  readonly hop: Hop;
  readonly until: number;
}
/** How one hop ended: with the next one, or with the answer that was asked for. */
type Exchange = { readonly redirect: Redirect } | { readonly response: HttpResponse };

/** Calls HTTP services within the policy. Proxy variables of the environment are ignored: a proxy would undo the policy. */
@Tool({
  name: 'http_fetcher',
  description:
    'Sends an HTTP request and returns the answer as text, and as JSON when it is JSON. Follows redirects, decompresses, decodes the charset.',
  input: httpRequest,
  output: httpResponse,
})
export class HttpFetcher implements OnModuleDestroy {
  private readonly client: GuardedClient;
  private readonly maxBytes: number;

  constructor(
    policy: HttpPolicy,
    private readonly guard: EgressGuard,
  ) {
    this.maxBytes = policy.maxResponseBytes ?? DEFAULT_MAX_RESPONSE_BYTES;
    this.client = new GuardedClient(guard);
  }

  /**
   * @throws {EgressBlockedError} if the policy forbids the URL, one it redirects to, or a header.
   * @throws {HttpError} on a status of 400 or more that `accept_status` does not list.
   * @throws {NetworkError} if there is no complete answer; worth another attempt.
   * @throws {RedirectError} if there are too many redirects, or one that is not to be followed.
   * @throws {ResponseTooLargeError} if the decoded body is larger than the policy allows.
   */
  async run(args: HttpRequest, context: ToolContext): Promise<HttpResponse> {
    try {
      return await this.follow(args, context);
    } catch (error) {
      if (error instanceof EgressBlockedError) this.guard.count(error);
      throw error;
    }
  }

  async onModuleDestroy(): Promise<void> {
    await this.client.destroy();
  }

  private async follow(args: HttpRequest, context: ToolContext): Promise<HttpResponse> {
    const until = performance.now() + MAX_CALL_MS;
    let hop = firstHop(args, context.idempotencyKey);
    this.guard.checkHeaders(hop.url, hop.headers.keys());
    for (let redirects = 0; ; redirects += 1) {
      this.guard.checkUrl(hop.url);
      const exchange = await this.exchange({ hop, until }, args, context);
      if ('response' in exchange) return exchange.response;
      if (redirects === args.follow_redirects) {
        throw new RedirectError(`more than ${args.follow_redirects} redirects, the last from ${hop.url.host}`);
      }
      const { withheld } = exchange.redirect;
      hop = exchange.redirect.hop;
      if (withheld.length > 0) context.log('warn', `not sent on to ${hop.url.host}: ${withheld.join(', ')}`);
    }
  }

  private async exchange(call: Call, args: HttpRequest, { signal }: ToolContext): Promise<Exchange> {
    const { hop } = call;
    try {
      const answer = await this.client.request(hop.url, {
        method: hop.method,
        headers: Object.fromEntries(hop.headers),
        body: hop.body,
        signal,
      });
      return await this.read(answer, call, args);
    } catch (error) {
      signal.throwIfAborted();
      throw error instanceof AgentError ? error : new NetworkError(hop.url, error);
    }
  }

  private async read(answer: Answer, { hop, until }: Call, args: HttpRequest): Promise<Exchange> {
    const header = (name: string): string | undefined => joined(answer.headers[name]);
    const status = answer.statusCode;
    const next = args.follow_redirects === 0 ? undefined : redirectOf(hop, status, header('location'));
    const isFailure = status >= 400 && args.accept_status?.includes(status) !== true;
    if (next !== undefined || isFailure) await answer.body.dump({ limit: DUMP_LIMIT_BYTES });
    if (next !== undefined) return { redirect: next };
    if (isFailure) throw httpError(status, hop, header('retry-after'));
    const contentType = header('content-type') ?? null;
    const bytes = await this.readBody(answer, hop.method, until);
    const body = decodeText(bytes, contentType);
    const json = isJsonType(contentType) ? parseJson(body) : undefined;
    const response = { status, headers: headersOf(answer.headers), content_type: contentType, body };
    return { response: json === undefined ? response : { ...response, json } };
  }

  private async readBody({ body, headers }: Answer, method: string, until: number): Promise<Buffer> {
    const encoding = joined(headers['content-encoding']) ?? '';
    const announced = Number(joined(headers['content-length']) ?? 0);
    try {
      if (method !== 'HEAD' && announced > this.maxBytes) throw new ResponseTooLargeError(this.maxBytes);
      return await readDecoded(body as AsyncIterable<Uint8Array>, encoding, { maxBytes: this.maxBytes, until });
    } finally {
      // What was not read must not hold the connection.
      body.on('error', () => undefined).destroy();
    }
  }
}

function httpError(status: number, { method, url }: Hop, retryAfter: string | undefined): HttpError {
  const reason = STATUS_CODES[status] ?? '';
  return new HttpError(status, { method, url, reason, retryAfterMs: retryAfterMs(retryAfter, Date.now()) });
}

function headersOf(headers: Answer['headers']): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) setOwn(result, name, joined(value) ?? '');
  return result;
}

function joined(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value;
}

/** What others wrote may hold, escaped, what no output may hold: one broken character is no reason to lose the answer. */
function parseJson(text: string): Json | undefined {
  try {
    const json = JSON.parse(text) as Json;
    return text.includes('\\u') ? storableJson(json) : json;
  } catch {
    return undefined;
  }
}
