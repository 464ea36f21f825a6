import type { RequestHandler } from 'express';
import { ProblemError } from '../problem/index.js';
import { KnownCallers } from './known-callers.js';
import { policyOf } from './policy.js';
import type { RateLimiter } from './rate-limiter.js';
import { addressSubject, subjectOf } from './subject.js';

/**
 * `authenticate`, but that whoever guesses keys soon learns nothing any more. Each request that it refuses counts for the
 * address it came from. An address with too many of them is answered 429 whether the key is right or not, except for
 * callers who were let in from there before: a neighbour behind the same address, or behind the same proxy, can keep nobody
 * out who is in. What costs an attacker is the answer, not the check: that is as cheap as a refusal.
 */
export function throttledAuthentication(authenticate: RequestHandler, limiter: RateLimiter): RequestHandler {
  const known = new KnownCallers();
  return (request, response, next) => {
    const settle = (error?: unknown): void => {
      if (error !== undefined) {
        if (!isRefusal(error)) return next(error);
        countFailure(error).then(next, next);
        return;
      }
      const subject = subjectOf(request);
      next(subject.kind === 'caller' ? letIn(subject.id) : undefined);
    };

    const letIn = (callerId: string): ProblemError | undefined => {
      const address = addressSubject(request);
      if (known.renew(address.id, callerId)) return undefined;
      const refusal = limiter.refusalOf('authentication', address);
      if (refusal === undefined) known.add(address.id, callerId);
      return refusal;
    };

    const countFailure = async (refusal: ProblemError): Promise<ProblemError> => {
      const address = addressSubject(request);
      const policy = policyOf(request.method, request.path);
      const surplus = policy === undefined ? undefined : await limiter.count(policy, address, response);
      return surplus ?? (await limiter.count('authentication', address, response)) ?? refusal;
    };

    return authenticate(request, response, settle);
  };
}

function isRefusal(error: unknown): error is ProblemError {
  return error instanceof ProblemError && error.code === 'unauthorized';
}
