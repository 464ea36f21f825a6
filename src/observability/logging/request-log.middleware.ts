import type { Request, RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import { type LogContext, isHeldOpen, withLogContext } from '../core/index.js';
import type { RequestMetrics } from '../metrics/index.js';
import { type TraceFields, activeTrace } from '../tracing/active-trace.js';

/** No path of the API is longer; what a client sends may be, and would fill the log. */
const LONGEST_PATH = 500;
const PROBES = /^\/health(?:\/|$)/i;

/**
 * Counts every request and logs one line for each when its answer is out, or its client has gone: method, path, route,
 * status, milliseconds, bytes, who asked from where; neither bodies, headers nor queries. Probes are counted and not
 * logged. Whatever is logged while the request is handled carries its `request_id`.
 *
 * A logger of its own for each request, which is how pino-http does it, took a sixth of the time of a small request; so
 * did looking for secrets in a line that has no place for one.
 */
export function requestLog(logger: Logger, metrics: RequestMetrics): RequestHandler {
  const lines = logger.child({}, { redact: [] });
  return (request, response, next) => {
    const context: LogContext = { request_id: request.requestId };
    const startedAt = performance.now();
    const trace = activeTrace();
    // An answer is closed in any case: once it is out, or with its connection.
    response.on('close', () => {
      const durationMs = performance.now() - startedAt;
      const ended = { request, response, route: routeOf(request), durationMs, context, trace };
      count(metrics, ended);
      if (!PROBES.test(pathOf(request))) writeLine(lines, ended);
    });
    metrics.begin();
    withLogContext(context, next);
  };
}

interface EndedRequest {
  readonly request: Request;
  readonly response: Response;
  /** Undefined if it was answered before a route was looked for, or found none. */
  readonly route: string | undefined;
  readonly durationMs: number;
  readonly context: LogContext;
  readonly trace: TraceFields | undefined;
}

function count(metrics: RequestMetrics, { request, response, route, durationMs }: EndedRequest): void {
  metrics.end({
    method: request.method,
    route,
    status: response.headersSent ? response.statusCode : undefined,
    seconds: isHeldOpen(response) ? undefined : durationMs / 1_000,
  });
}

function writeLine(logger: Logger, { request, response, route, durationMs, context, trace }: EndedRequest): void {
  const { method, clientAddress: address, caller } = request;
  const { statusCode: status } = response;
  const path = pathOf(request);
  const isAborted = !response.writableEnded;
  const fields = {
    ...context,
    ...trace,
    method,
    path,
    route,
    status,
    duration_ms: Math.round(durationMs),
    bytes: bytesOf(response),
    address,
    caller: caller?.id,
    aborted: isAborted ? true : undefined,
  };
  const level = status >= 500 ? 'error' : 'info';
  logger[level](fields, `${method} ${path} ${isAborted ? 'aborted by the client' : String(status)}`);
}

/** The pattern of the route that answered, such as `/runs/:run_id`. */
function routeOf(request: Request): string | undefined {
  const { path } = (request.route ?? {}) as { readonly path?: unknown };
  return typeof path === 'string' ? path : undefined;
}

/** Of the body; undefined where its length is not known beforehand, as of a stream. */
function bytesOf(response: Response): number | undefined {
  const length = response.getHeader('Content-Length');
  return length === undefined ? undefined : Number(length);
}

/** Express rewrites `url` while it routes; the original stands beside it. */
function pathOf(request: Request): string {
  const { originalUrl } = request;
  const query = originalUrl.indexOf('?');
  const path = query === -1 ? originalUrl : originalUrl.slice(0, query);
  return path.length > LONGEST_PATH ? `${path.slice(0, LONGEST_PATH)}…` : path;
}
