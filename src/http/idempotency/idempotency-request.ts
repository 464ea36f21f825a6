import { createHash } from 'node:crypto';
import type { Request } from 'express';
import { ProblemError } from '../problem/index.js';

const PRINTABLE = /^[\x20-\x7e]{1,255}$/;

/** A request as far as repeating it is concerned. */
export interface IdempotencyRequest {
  /** The caller's `Idempotency-Key`; undefined when it sent none. */
  readonly key: string | undefined;
  /** Caller and route: the same key of another caller or on another route has nothing to do with it. */
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
  if (key !== undefined && !PRINTABLE.test(key)) throw invalidKey();
  const caller = request.caller?.id ?? 'anonymous';
  const query = queryNames.map((name) => [name, request.query[name] ?? null]);
  return {
    key,
    scope: `${caller} ${request.method} ${request.path.replace(/(?<=.)\/$/, '')}`,
    hash: createHash('sha256')
      .update(`${JSON.stringify(query)}\n${request.bodyText ?? ''}`)
      .digest('hex'),
  };
}

function invalidKey(): ProblemError {
  const message = 'takes 1 to 255 printable ASCII characters';
  return new ProblemError('invalid-parameter', `Idempotency-Key ${message}`, {
    errors: [{ parameter: 'Idempotency-Key', code: 'invalid-key', message }],
  });
}
