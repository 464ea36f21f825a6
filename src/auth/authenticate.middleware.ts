import type { Request, RequestHandler } from 'express';
import { ProblemError } from '../http/problem/index.js';
import { KeyChecker } from './key-checker.js';
import { namespaceOfRequest } from './namespace-of-request.js';
import { isPublicPath } from './public-paths.js';

const BEARER = /^Bearer +(\S+) *$/i;

/**
 * Lets a request through whose `X-API-Key` or Bearer token is right, as `request.caller`. It stands before the body
 * parser, so that a stranger's body is not even read, and learns nothing but 401. Public paths pass without a caller.
 *
 * @param apiKey undefined lets everybody in, as `anonymous`
 */
export function authenticate(apiKey: string | undefined): RequestHandler {
  const checker = new KeyChecker(apiKey);
  return (request, _response, next) => {
    const caller = checker.identify(keysOf(request));
    if (caller === undefined) return next(isPublicPath(request.path) ? undefined : unauthorized());
    const namespace = namespaceOfRequest(request, caller);
    request.caller = namespace === caller.namespace ? caller : { ...caller, namespace };
    next();
  };
}

/** The answer to whoever has no valid key; it does not say which part was wrong. */
export function unauthorized(): ProblemError {
  return new ProblemError('unauthorized', 'send a valid key as "X-API-Key: <key>" or "Authorization: Bearer <key>"', {
    headers: { 'WWW-Authenticate': 'Bearer realm="wand"' },
  });
}

function keysOf(request: Request): string[] {
  const bearer = BEARER.exec(request.get('Authorization') ?? '')?.[1];
  return [request.get('X-API-Key'), bearer].filter((key) => key !== undefined && key !== '') as string[];
}
