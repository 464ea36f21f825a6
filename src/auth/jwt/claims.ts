import { hash } from 'node:crypto';
import { DEFAULT_NAMESPACE, NAMESPACE, type Namespace, namespace } from '../../executor/core/index.js';
import { type Caller, readScopes } from '../access/index.js';

/** The claims that are read; each may be anything before it is looked at. */
export interface Claims {
  readonly iss?: unknown;
  readonly sub?: unknown;
  readonly scope?: unknown;
  readonly namespace?: unknown;
}

const CALLER_ID_CHARACTERS = 16;

/** Whoever a token of an identity provider speaks for; nobody if its namespace is none. Scopes that are not ours do not count. */
export function callerOfClaims({ iss, sub, scope, namespace: named }: Claims): Caller | undefined {
  const home = namespaceOf(named);
  if (home === undefined) return undefined;
  const subject = hash('sha256', JSON.stringify([iss ?? null, sub ?? null])).slice(0, CALLER_ID_CHARACTERS);
  return { id: `jwt_${subject}`, namespace: home, scopes: scopesOf(scope), credential: { kind: 'token' } };
}

/** The scopes of the `scope` claim; none where it is missing. */
export function scopesOf(scope: unknown): Caller['scopes'] {
  return readScopes(typeof scope === 'string' ? scope : '');
}

/** The namespace of the claim, `default` where it is missing; undefined if it is no namespace. */
export function namespaceOf(named: unknown): Namespace | undefined {
  if (named === undefined) return DEFAULT_NAMESPACE;
  return typeof named === 'string' && NAMESPACE.test(named) ? namespace(named) : undefined;
}
