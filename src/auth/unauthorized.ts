import { ProblemError } from '../http/problem/index.js';

/** The answer to whoever has no valid credential; it does not say which part was wrong. */
export function unauthorized(): ProblemError {
  const detail = 'send a valid key as "X-API-Key: <key>", or a key or a token as "Authorization: Bearer <it>"';
  return new ProblemError('unauthorized', detail, { headers: { 'WWW-Authenticate': 'Bearer realm="wand"' } });
}
