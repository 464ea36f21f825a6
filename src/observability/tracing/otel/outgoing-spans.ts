import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { type Attributes, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
  ATTR_URL_FULL,
  ATTR_URL_SCHEME,
} from '../semantic-conventions.js';
import { methodAttributes, nameOfRequest, withoutQuery } from './http-names.js';
import type { SpanMaker } from './span-maker.js';
import { originOf } from './trace-context.js';

/** One request as undici tells of it, be it the library's or that behind `fetch`. */
interface OutgoingRequest {
  readonly origin: string | URL;
  readonly path: string;
  readonly method: string;
  /** Names and values by turns. */
  readonly headers: unknown;
  addHeader(name: string, value: string): void;
}

type Message = Readonly<Record<'request', OutgoingRequest>> & Readonly<Record<string, unknown>>;

/**
 * Traces every HTTP request that is sent within a span, and has the trace context travel in its headers unless the sender
 * set one: those of the `http_fetcher`, each redirect of its own, and what agents send with `fetch` or undici.
 */
export class OutgoingSpans {
  private readonly open = new WeakMap<OutgoingRequest, Span>();
  private readonly channels: readonly (readonly [string, (message: unknown) => void])[] = [
    ['undici:request:create', (message) => this.begin(message as Message)],
    ['undici:request:headers', (message) => this.answered(message as Message)],
    ['undici:request:trailers', (message) => this.end(message as Message)],
    ['undici:request:error', (message) => this.fail(message as Message)],
  ];

  constructor(private readonly spans: SpanMaker) {}

  start(): void {
    for (const [name, listener] of this.channels) subscribe(name, listener);
  }

  stop(): void {
    for (const [name, listener] of this.channels) unsubscribe(name, listener);
  }

  private begin({ request }: Message): void {
    const parent = this.spans.active();
    if (trace.getSpan(parent) === undefined) return;
    const { span, context } = this.spans.start({
      name: nameOfRequest(request.method),
      kind: SpanKind.CLIENT,
      parent,
      attributes: { ...methodAttributes(request.method), ...targetAttributes(request) },
    });
    this.open.set(request, span);
    const origin = originOf(context);
    if (origin === undefined || hasHeader(request.headers, 'traceparent')) return;
    request.addHeader('traceparent', origin.traceparent);
    if (origin.tracestate !== undefined) request.addHeader('tracestate', origin.tracestate);
  }

  private answered({ request, response }: Message): void {
    const span = this.open.get(request);
    if (span === undefined) return;
    const { statusCode } = response as { readonly statusCode: number };
    span.setAttribute(ATTR_HTTP_RESPONSE_STATUS_CODE, statusCode);
    if (statusCode < 400) return;
    span.setAttribute(ATTR_ERROR_TYPE, String(statusCode)).setStatus({ code: SpanStatusCode.ERROR });
  }

  private end({ request }: Message): void {
    this.open.get(request)?.end();
    this.open.delete(request);
  }

  private fail({ request, error }: Message): void {
    const type = errorTypeOf(error);
    this.open
      .get(request)
      ?.setAttribute(ATTR_ERROR_TYPE, type)
      .setStatus({ code: SpanStatusCode.ERROR, message: type });
    this.end({ request });
  }
}

function targetAttributes({ origin, path }: OutgoingRequest): Attributes {
  const full = `${String(origin).replace(/\/$/, '')}${withoutQuery(path)}`;
  if (!URL.canParse(full)) return {};
  const { protocol, hostname, port } = new URL(full);
  const scheme = protocol.slice(0, -1);
  return {
    [ATTR_URL_FULL]: full,
    [ATTR_URL_SCHEME]: scheme,
    [ATTR_SERVER_ADDRESS]: hostname,
    [ATTR_SERVER_PORT]: port === '' ? (scheme === 'https' ? 443 : 80) : Number(port),
  };
}

function hasHeader(headers: unknown, name: string): boolean {
  if (!Array.isArray(headers)) return false;
  return headers.some((item, index) => index % 2 === 0 && String(item).toLowerCase() === name);
}

/** A code where there is one, such as `ECONNREFUSED`, else the name of the error. */
function errorTypeOf(error: unknown): string {
  const { code, name } = (error ?? {}) as { readonly code?: unknown; readonly name?: unknown };
  return [code, name].find((type) => typeof type === 'string') ?? typeof error;
}
