import type { RequestHandler } from 'express';
import helmet from 'helmet';

/** Headers that keep browsers from doing more with an answer than show it. */
export function securityHeaders(): RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      directives: {
        // A service without TLS would lose its own /docs to it.
        'upgrade-insecure-requests': null,
      },
    },
    // Whoever terminates TLS decides about it, for all that lives under its name.
    strictTransportSecurity: false,
  });
}

/** Keeps answers out of caches unless a handler says otherwise; the pages under /docs are static. */
export function noStore(): RequestHandler {
  return (request, response, next) => {
    if (!/^\/docs(?:\/|$)/i.test(request.path)) response.setHeader('Cache-Control', 'no-store');
    next();
  };
}
