import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestHandler } from 'express';
import type { Logger } from 'pino';
import { pinoHttp } from 'pino-http';

const PROBES = /^\/health(?:\/|$)/i;

/**
 * Logs one line per request when its answer is out: method, path, status and milliseconds; neither bodies, headers nor
 * queries. Probes are not logged. Within the request, `request.log` carries its `request_id`.
 */
export function requestLog(logger: Logger): RequestHandler {
  return pinoHttp<IncomingMessage, ServerResponse>({
    logger,
    quietReqLogger: true,
    quietResLogger: true,
    customAttributeKeys: { reqId: 'request_id', responseTime: 'duration_ms' },
    autoLogging: { ignore: (request) => PROBES.test(pathOf(request)) },
    customLogLevel: (_request, response, error) =>
      error !== undefined || response.statusCode >= 500 ? 'error' : 'info',
    customSuccessObject: factsOf,
    // The filter has logged the error itself.
    customErrorObject: (request, response, _error, timed: unknown) => factsOf(request, response, timed),
    customSuccessMessage: messageOf,
    customErrorMessage: messageOf,
  });
}

function factsOf(request: IncomingMessage, response: ServerResponse, timed: unknown): object {
  const { duration_ms } = timed as { readonly duration_ms: number };
  return { method: request.method, path: pathOf(request), status: response.statusCode, duration_ms };
}

function messageOf(request: IncomingMessage, response: ServerResponse): string {
  const end = response.writableEnded ? String(response.statusCode) : 'aborted by the client';
  return `${request.method ?? ''} ${pathOf(request)} ${end}`;
}

/** Express rewrites `url` while it routes; the original stands beside it. */
function pathOf(request: IncomingMessage & { readonly originalUrl?: string }): string {
  return (request.originalUrl ?? request.url ?? '').replace(/\?.*$/s, '');
}
