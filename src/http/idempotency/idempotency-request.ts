import { hash } from 'node:crypto';
import type { Request } from 'express';
import { DEFAULT_NAMESPACE } from '../../executor/core/index.js';
import { ProblemError } from '../problem/index.js';

const PRINTABLE = /^[\x20-\x7e]{1,255}$/;

/** A request as far as repeating it is concerned; it is not when the caller sent no `Idempotency-Key`. */
export type IdempotencyRequest = KeyedRequest | { readonly key: undefined };

/** A request that may be repeated. */
export interface KeyedRequest {
  /** The caller's `Idempotency-Key`. */
  readonly key: string;
  /** Caller, route and namespace: the same key of another caller, on another route or in another namespace has nothing to do with it. */
  readonly scope: string;
  /** Digest of the body and of the query parameters that change what is done. */
  readonly hash: string;
}

/**
 * Reads what makes a request the same as another one. `queryNames` are the parameters that change what is done.
 *
 * @throws {ProblemError} `invalid-parameter` when the key is not 1 to 255 printable ASCII characters.
 */
export function idempotencyRequestOf(request: Request, queryNames: readonly string[] = []): IdempotencyRequest {
  const key = request.get('Idempotency-Key');
  if (key === undefined) return { key };
  if (!PRINTABLE.test(key)) throw invalidKey();
  const query = queryNames.map((name) => [name, request.query[name] ?? null]);
  return {
    key,
    scope: scopeOf(request),
    hash: hash('sha256', `${JSON.stringify(query)}\n${request.bodyText ?? ''}`),
  };
}

/** Only a namespace that is not the default one is named: as it always was, records of before there were any hold. */
function scopeOf({ caller, method, path }: Request): string {
  const route = `${caller?.id ?? 'anonymous'} ${method} ${path.replace(/(?<=.)\/$/, '')}`;
  const { namespace = DEFAULT_NAMESPACE } = caller ?? {};
  return namespace === DEFAULT_NAMESPACE ? route : `${route} ${namespace}`;
}

function invalidKey(): ProblemError {
  const message = 'takes 1 to 255 printable ASCII characters';
  return new ProblemError('invalid-parameter', `Idempotency-Key ${message}`, {
    errors: [{ parameter: 'Idempotency-Key', code: 'invalid-key', message }],
  });
}
