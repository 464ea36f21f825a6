import type { Request, RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import { withLogContext } from './log-context.js';

/** No path of the API is longer; what a client sends may be, and would fill the log. */
const LONGEST_PATH = 500;
const PROBES = /^\/health(?:\/|$)/i;

/**
 * Logs one line per request when its answer is out: method, path, status, milliseconds and address; neither bodies, headers nor
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
      const tell = (): void => {
        response.off('finish', tell).off('close', tell);
        writeLine(lines, request, response, performance.now() - startedAt);
      };
      response.on('finish', tell).on('close', tell);
    }
    withLogContext({ request_id: request.requestId }, next);
  };
}

function writeLine(logger: Logger, request: Request, response: Response, durationMs: number): void {
  const { method, requestId: request_id, clientAddress: client } = request;
  const { statusCode: status } = response;
  const path = pathOf(request);
  const end = response.writableEnded ? String(status) : 'aborted by the client';
  const level = status >= 500 ? 'error' : 'info';
  const duration_ms = Math.round(durationMs);
  logger[level]({ request_id, method, path, status, duration_ms, client }, `${method} ${path} ${end}`);
}

/** Express rewrites `url` while it routes; the original stands beside it. */
function pathOf(request: Request): string {
  const { originalUrl } = request;
  const query = originalUrl.indexOf('?');
  const path = query === -1 ? originalUrl : originalUrl.slice(0, query);
  return path.length > LONGEST_PATH ? `${path.slice(0, LONGEST_PATH)}…` : path;
}
