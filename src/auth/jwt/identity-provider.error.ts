import { ProblemError } from '../../http/problem/index.js';

const RETRY_AFTER_SEC = 5;

/** The keys that check tokens cannot be had: nobody can say whether a token is right, so it is not called wrong. */
export class IdentityProviderError extends ProblemError {
  override readonly name = 'IdentityProviderError';
  constructor(cause: unknown) {
    super('identity-provider-unavailable', 'the identity provider does not answer: tokens cannot be checked now', {
      retryAfterSec: RETRY_AFTER_SEC,
      cause,
    });
  }
}
