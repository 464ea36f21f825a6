import type { Request, RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import { type TraceFields, activeTrace } from '../tracing/active-trace.js';
import { withLogContext } from './log-context.js';

const PROBES = /^\/health(?:\/|$)/i;

/**
 * Logs one line per request when its answer is out: method, path, status and milliseconds; neither bodies, headers nor
 * queries. Probes are not logged. Whatever is logged while the request is handled carries its `request_id`.
 *
 * A logger of its own for each request, which is how pino-http does it, took a sixth of the time of a small request; so
 * did looking for secrets in a line that has no place for one.
 */
export function requestLog(logger: Logger): RequestHandler {
  const lines = logger.child({}, { redact: [] });
  return (request, response, next) => {
    if (!PROBES.test(pathOf(request))) {
      const startedAt = performance.now();
      const trace = activeTrace();
      const tell = (): void => {
        response.off('finish', tell).off('close', tell);
        writeLine(lines, request, response, { durationMs: performance.now() - startedAt, trace });
      };
      response.on('finish', tell).on('close', tell);
    }
    withLogContext({ request_id: request.requestId }, next);
  };
}

interface LineFacts {
  readonly durationMs: number;
  readonly trace: TraceFields | undefined;
}

function writeLine(logger: Logger, request: Request, response: Response, { durationMs, trace }: LineFacts): void {
  const { method, requestId: request_id } = request;
  const { statusCode: status } = response;
  const path = pathOf(request);
  const end = response.writableEnded ? String(status) : 'aborted by the client';
  const level = status >= 500 ? 'error' : 'info';
  const duration_ms = Math.round(durationMs);
  logger[level]({ request_id, ...trace, method, path, status, duration_ms }, `${method} ${path} ${end}`);
}

/** Express rewrites `url` while it routes; the original stands beside it. */
function pathOf(request: Request): string {
  const { originalUrl } = request;
  const query = originalUrl.indexOf('?');
  return query === -1 ? originalUrl : originalUrl.slice(0, query);
}
