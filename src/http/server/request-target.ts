import type { IncomingMessage, Server } from 'node:http';
import type { RequestHandler } from 'express';
import { ProblemError } from '../problem/index.js';

const ABSOLUTE = /^https?:\/\/[^/?#]*(?<rest>[/?]\S*)?$/i;
/** Clients and proxies together send a few dozen. */
const MOST_HEADERS = 200;

/** Requests whose target is neither a path nor the URL of one. */
const unsound = new WeakSet<IncomingMessage>();

/**
 * Makes the target of every request a path before anything looks at it: a server must take whole URLs too (RFC 9112, section
 * 3.2.2), and nothing behind here should. `OPTIONS *` stays as it is.
 */
export function useOriginForm(server: Server): void {
  server.prependListener('request', (request: IncomingMessage) => {
    const { url = '' } = request;
    if (url.startsWith('/') || (url === '*' && request.method === 'OPTIONS')) return;
    const rest = ABSOLUTE.exec(url)?.groups?.['rest'] ?? '';
    if (!ABSOLUTE.test(url)) unsound.add(request);
    request.url = rest.startsWith('/') ? rest : `/${rest}`;
  });
}

/** Refuses what the parser of HTTP lets through but no handler should have to think about. */
export function soundRequest(): RequestHandler {
  return (request, _response, next) => {
    if (unsound.has(request)) {
      return next(new ProblemError('bad-request', 'the request target is neither a path nor an http(s) URL'));
    }
    if (request.url.includes('%00')) {
      return next(new ProblemError('bad-request', 'the path or the query holds a NUL character'));
    }
    if (request.rawHeaders.length > MOST_HEADERS * 2) {
      return next(new ProblemError('headers-too-large', `the request has more than ${MOST_HEADERS} headers`));
    }
    next();
  };
}
