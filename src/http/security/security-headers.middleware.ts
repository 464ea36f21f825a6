import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { RequestHandler } from 'express';
import helmet from 'helmet';

/**
 * Headers that keep browsers from doing more with an answer than show it. None of them depends on the request: helmet is
 * asked once for what it sets, and every answer gets that.
 */
export function securityHeaders(): RequestHandler {
  const headers = constantHeaders();
  return (_request, response, next) => {
    response.setHeaders(headers);
    next();
  };
}

function constantHeaders(): Map<string, string> {
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  const setHeaders = helmet({
    contentSecurityPolicy: {
      directives: {
        // A service without TLS would lose its own /docs to it.
        'upgrade-insecure-requests': null,
      },
    },
    // Whoever terminates TLS decides about it, for all that lives under its name.
    strictTransportSecurity: false,
  });
  setHeaders(request, response, (error) => {
    if (error !== undefined) throw new Error('the security headers cannot be made', { cause: error });
  });
  return new Map(response.getHeaderNames().map((name) => [name, String(response.getHeader(name))]));
}

/** Keeps answers out of caches unless a handler says otherwise; the pages under /docs are static. */
export function noStore(): RequestHandler {
  return (request, response, next) => {
    if (!/^\/docs(?:\/|$)/i.test(request.path)) response.setHeader('Cache-Control', 'no-store');
    next();
  };
}
