import { createSecretKey } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { JWTPayload, JWTVerifyOptions } from 'jose';
import { AppConfig, type SecurityConfig } from '../../config/index.js';
import { type Caller, allows, mayBeIn } from '../access/index.js';
import { KeyHolders } from '../key-holders.js';
import { callerOfClaims, namespaceOf, scopesOf } from './claims.js';
import { loadJose } from './load-jose.js';
import { OWN_TOKEN } from './own-token.js';
import { ProviderKeys } from './provider-keys.js';
import { VerifiedTokens } from './verified-tokens.js';

type Jose = Awaited<ReturnType<typeof loadJose>>;

/** What was found in a token whose signature and times are right. */
type Verified =
  | { readonly kind: 'own'; readonly keyId: string; readonly claims: JWTPayload }
  | { readonly kind: 'foreign'; readonly caller: Caller | undefined };

const JWT = /^[\w-]+\.[\w-]+\.[\w-]*$/;
/** How far the clock of whoever issued a token may be from ours. */
const CLOCK_TOLERANCE_SEC = 5;

/**
 * Checks JWTs: our own with the secret, those of others as the configuration says. Each kind has one algorithm, which the
 * header of the token cannot change (RFC 8725, section 3.1).
 */
@Injectable()
export class TokenVerifier {
  private readonly security: SecurityConfig;
  private readonly verified = new VerifiedTokens<Verified>();
  private providerKeys: ProviderKeys | undefined;

  constructor(
    config: AppConfig,
    private readonly holders: KeyHolders,
  ) {
    this.security = config.security;
  }

  /**
   * Whoever the token speaks for; undefined if it is not right, whatever is wrong with it.
   *
   * @throws {IdentityProviderError} if it cannot be checked now.
   */
  async identify(token: string): Promise<Caller | undefined> {
    const { jwtSecret, jwtJwksUrl } = this.security;
    if ((jwtSecret === undefined && jwtJwksUrl === undefined) || !JWT.test(token)) return undefined;
    const verified = await this.verified.get(token, () => this.verify(token));
    switch (verified?.kind) {
      case undefined:
        return undefined;
      case 'foreign':
        return verified.caller;
      case 'own':
        return this.ownCaller(verified.keyId, verified.claims);
    }
  }

  private async verify(token: string): Promise<{ value: Verified; expiresAtMs: number } | undefined> {
    const jose = await loadJose();
    try {
      const isOwn = isOwnToken(token, jose);
      const claims = await (isOwn ? this.verifyOwn(token, jose) : this.verifyForeign(token, jose));
      if (claims?.exp === undefined) return undefined;
      const value: Verified = isOwn
        ? { kind: 'own', keyId: claims.sub ?? '', claims }
        : { kind: 'foreign', caller: callerOfClaims(claims) };
      return { value, expiresAtMs: (claims.exp + CLOCK_TOLERANCE_SEC) * 1_000 };
    } catch (error) {
      // Whatever is wrong with a token is one answer; what is wrong with the provider is another.
      if (error instanceof jose.errors.JOSEError) return undefined;
      throw error;
    }
  }

  private async verifyOwn(token: string, jose: Jose): Promise<JWTPayload | undefined> {
    const { jwtSecret } = this.security;
    if (jwtSecret === undefined) return undefined;
    const { issuer, audience, algorithm } = OWN_TOKEN;
    const options = { algorithms: [algorithm], issuer, audience, requiredClaims: ['exp', 'sub'] };
    return (await jose.jwtVerify(token, secretKey(jwtSecret), options)).payload;
  }

  private async verifyForeign(token: string, jose: Jose): Promise<JWTPayload | undefined> {
    const { jwtSecret, jwtAlgorithm, jwtJwksUrl, jwtIssuer, jwtAudience } = this.security;
    const options: JWTVerifyOptions = {
      algorithms: [jwtAlgorithm],
      issuer: jwtIssuer,
      audience: jwtAudience,
      requiredClaims: ['exp'],
      clockTolerance: CLOCK_TOLERANCE_SEC,
    };
    if (jwtAlgorithm === 'HS256') {
      return jwtSecret === undefined ? undefined : (await jose.jwtVerify(token, secretKey(jwtSecret), options)).payload;
    }
    if (jwtJwksUrl === undefined) return undefined;
    this.providerKeys ??= new ProviderKeys(new URL(jwtJwksUrl), jose);
    return (await jose.jwtVerify(token, this.providerKeys.getKey, options)).payload;
  }

  /** A token of a key dies with it, and never allows more than the key does by then, nor elsewhere. */
  private async ownCaller(keyId: string, claims: JWTPayload): Promise<Caller | undefined> {
    const holder = await this.holders.find(keyId);
    const home = namespaceOf(claims['namespace']);
    if (holder === undefined || home === undefined || !mayBeIn(holder, home)) return undefined;
    const scopes = new Set([...scopesOf(claims['scope'])].filter((scope) => allows(holder.scopes, scope)));
    return { id: holder.id, namespace: home, scopes, credential: { kind: 'token', keyId } };
  }
}

function secretKey(secret: string) {
  return createSecretKey(Buffer.from(secret, 'utf8'));
}

function isOwnToken(token: string, jose: Jose): boolean {
  try {
    return jose.decodeProtectedHeader(token).typ === OWN_TOKEN.typ;
  } catch {
    // Malformed: nobody's.
    return false;
  }
}
