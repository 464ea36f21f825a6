import type { Request } from 'express';
import { NAMESPACE, type Namespace, namespace } from '../executor/core/index.js';
import { ProblemError } from '../http/problem/index.js';
import { type Caller, allows } from './access/index.js';

const HEADER = 'X-Wand-Namespace';

/**
 * The namespace that a request is about: the caller's own unless `X-Wand-Namespace` names another, which takes `admin`.
 *
 * @throws {ProblemError} `invalid-parameter` when the header is no namespace, `forbidden` when the caller may not use it.
 */
export function namespaceOfRequest(request: Request, caller: Caller): Namespace {
  const named = request.get(HEADER);
  if (named === undefined) return caller.namespace;
  if (!allows(caller.scopes, 'admin')) throw new ProblemError('forbidden', `${HEADER} needs the scope "admin"`);
  if (NAMESPACE.test(named)) return namespace(named);
  const message = `takes ${NAMESPACE.source}`;
  throw new ProblemError('invalid-parameter', `${HEADER} ${message}`, {
    errors: [{ parameter: HEADER, code: 'invalid-namespace', message }],
  });
}
