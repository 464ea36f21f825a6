import type { RequestHandler } from 'express';
import { policyOf } from './policy.js';
import type { RateLimiter } from './rate-limiter.js';
import { subjectOf } from './subject.js';

/**
 * Counts every request but probes and the documentation, by its caller or else its address, and refuses those that are too
 * many. It stands behind the middleware that finds out the caller, and before the one that reads the body.
 */
export function rateLimit(limiter: RateLimiter): RequestHandler {
  return (request, response, next) => {
    const policy = policyOf(request.method, request.path);
    if (policy === undefined) return next();
    const refusal = limiter.count(policy, subjectOf(request), response);
    if (refusal instanceof Promise) refusal.then(next, next);
    else next(refusal);
  };
}
