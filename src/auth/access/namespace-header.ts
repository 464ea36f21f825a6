import { NAMESPACE, type Namespace, namespace } from '../../executor/core/index.js';
import { ProblemError } from '../../http/problem/index.js';
import type { Caller } from './caller.js';

/** Names the namespace that a request is about. */
export const NAMESPACE_HEADER = 'X-Wand-Namespace';

/** Whether the caller may be in `home`: in its own namespace, and with `admin` in any. */
export function mayBeIn(caller: Pick<Caller, 'namespace' | 'scopes'>, home: Namespace): boolean {
  return home === caller.namespace || caller.scopes.has('admin');
}

/**
 * `caller` in the namespace that the header names; its own when it names none.
 *
 * @throws {ProblemError} `invalid-parameter` if it is no namespace, `forbidden` if it is none of the caller's.
 */
export function inNamespace(caller: Caller, named: string | undefined): Caller {
  if (named === undefined || named === caller.namespace) return caller;
  if (!NAMESPACE.test(named)) throw invalidName();
  const home = namespace(named);
  if (!mayBeIn(caller, home)) {
    throw new ProblemError('forbidden', `only callers with the scope "admin" may name another namespace`);
  }
  return { ...caller, namespace: home };
}

function invalidName(): ProblemError {
  const message = `takes a namespace: ${NAMESPACE.source}`;
  return new ProblemError('invalid-parameter', `${NAMESPACE_HEADER} ${message}`, {
    errors: [{ parameter: NAMESPACE_HEADER, code: 'invalid-format', message }],
  });
}
