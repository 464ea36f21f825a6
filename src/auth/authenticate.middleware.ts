import type { RequestHandler } from 'express';
import { type Caller, NAMESPACE_HEADER, inNamespace } from './access/index.js';
import type { Authenticator } from './authenticator.js';
import { credentialsOf } from './credentials.js';
import { isPublicPath } from './public-paths.js';
import { unauthorized } from './unauthorized.js';

/**
 * Lets a request through whose key or token is right, as `request.caller`. It stands before the body parser, so that a
 * stranger's body is not even read, and learns nothing but 401. Public paths pass with a caller or without.
 */
export function authenticate(authenticator: Authenticator): RequestHandler {
  return (request, _response, next) => {
    const isPublic = isPublicPath(request.path);
    const admit = (caller: Caller | undefined): void => {
      if (caller === undefined && !isPublic) return next(unauthorized());
      request.caller = caller === undefined || isPublic ? caller : inNamespace(caller, request.get(NAMESPACE_HEADER));
      next();
    };
    const found = authenticator.identify(credentialsOf(request));
    if (!(found instanceof Promise)) return admit(found);
    // A path that needs no credential is not held up by one that cannot be checked.
    const settled = isPublic ? found.catch(() => undefined) : found;
    settled.then(admit).catch(next);
  };
}
