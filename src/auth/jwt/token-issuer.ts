import { createSecretKey } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/index.js';
import { ProblemError } from '../../http/problem/index.js';
import { type Caller, type Scope, allows, missingScopes } from '../access/index.js';
import { loadJose } from './load-jose.js';
import { OWN_TOKEN } from './own-token.js';

export interface TokenRequest {
  /** Those of the key when left out. */
  readonly scopes?: readonly Scope[];
  /** Seconds. */
  readonly expiresIn?: number;
}

export interface IssuedToken {
  readonly token: string;
  /** Seconds. */
  readonly expiresIn: number;
  readonly scopes: readonly Scope[];
}

const DEFAULT_LIFE_SEC = 3_600;

/** Makes tokens of keys. */
@Injectable()
export class TokenIssuer {
  private readonly secret: string | undefined;
  private readonly maxLifeSec: number;

  constructor({ security }: AppConfig) {
    this.secret = security.jwtSecret;
    this.maxLifeSec = Math.floor(security.jwtExpirationHours * 3_600);
  }

  /**
   * A token that may do what the key of `caller` may, or less, for as long as asked, or less where the key ends before.
   *
   * @throws {ProblemError} `tokens-not-configured` without a secret, `forbidden` for a caller without a key or a scope that
   *   it has not, `token-invalid` for a longer life than the configuration allows.
   */
  async issue(caller: Caller, request: TokenRequest): Promise<IssuedToken> {
    if (this.secret === undefined) throw notConfigured();
    if (caller.credential?.kind !== 'key') throw new ProblemError('forbidden', 'only a key is exchanged for a token');
    const { keyId, expiresAt } = caller.credential;
    const scopes = request.scopes ?? [...caller.scopes];
    const missing = scopes.filter((scope) => !allows(caller.scopes, scope));
    if (missing.length > 0) throw missingScopes(missing, caller);
    const wanted = request.expiresIn ?? Math.min(DEFAULT_LIFE_SEC, this.maxLifeSec);
    if (wanted > this.maxLifeSec) throw tooLong(this.maxLifeSec);
    const now = Math.floor(Date.now() / 1_000);
    const expiresIn = expiresAt === null ? wanted : Math.min(wanted, Math.max(1, Math.floor(expiresAt / 1_000) - now));
    const { SignJWT } = await loadJose();
    const token = await new SignJWT({ scope: scopes.join(' '), namespace: caller.namespace })
      .setProtectedHeader({ alg: OWN_TOKEN.algorithm, typ: OWN_TOKEN.typ })
      .setIssuer(OWN_TOKEN.issuer)
      .setAudience(OWN_TOKEN.audience)
      .setSubject(keyId)
      .setIssuedAt(now)
      .setExpirationTime(now + expiresIn)
      .sign(createSecretKey(Buffer.from(this.secret, 'utf8')));
    return { token, expiresIn, scopes };
  }
}

function notConfigured(): ProblemError {
  return new ProblemError('tokens-not-configured', 'set SECURITY__JWT_SECRET to have keys exchanged for tokens');
}

function tooLong(maxLifeSec: number): ProblemError {
  const message = `takes an integer from 1 to ${maxLifeSec} (SECURITY__JWT_EXPIRATION_HOURS)`;
  return new ProblemError('token-invalid', 'the body has 1 fault', {
    errors: [{ pointer: '/expires_in', code: 'too-big', message }],
  });
}
