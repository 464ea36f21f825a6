import { ProblemError } from '../../http/problem/index.js';
import type { Caller } from './caller.js';
import type { Scope } from './scopes.js';

/** The answer to a caller who lacks scopes, which names them (RFC 6750, section 3.1). */
export function missingScopes(scopes: readonly Scope[], caller: Pick<Caller, 'credential'>): ProblemError {
  const what = scopes.length === 1 ? 'scope' : 'scopes';
  const names = scopes.map((scope) => `"${scope}"`).join(', ');
  const holder = caller.credential?.kind === 'token' ? 'token' : 'key';
  return new ProblemError('forbidden', `this needs the ${what} ${names}, which your ${holder} does not have`, {
    headers: { 'WWW-Authenticate': `Bearer realm="wand", error="insufficient_scope", scope="${scopes.join(' ')}"` },
  });
}
