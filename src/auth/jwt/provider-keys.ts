import { Logger } from '@nestjs/common';
import type { JWTVerifyGetKey, createLocalJWKSet, createRemoteJWKSet, errors } from 'jose';
import { IdentityProviderError } from './identity-provider.error.js';

/** How old the keys get before they are asked for again, beside the requests that use them. */
const REFRESH_MS = 300_000;
/** How old they may be while the provider does not answer. */
const MAX_STALE_MS = 86_400_000;
/** How often a token with an unknown key may have the provider asked for new ones. */
const UNKNOWN_KEY_COOLDOWN_MS = 5_000;
/** How long the provider is left alone after it did not answer. */
const REST_MS = 2_000;
const TIMEOUT_MS = 5_000;

type RemoteKeys = ReturnType<typeof createRemoteJWKSet>;

/** What of jose is used here. */
interface JwksLibrary {
  readonly createRemoteJWKSet: typeof createRemoteJWKSet;
  readonly createLocalJWKSet: typeof createLocalJWKSet;
  readonly errors: typeof errors;
}

/**
 * The keys of the identity provider. There are none until a token asks for one. From five minutes on they are ageing: they
 * are still used while new ones are fetched, for a day if need be, so that callers who are known stay known while the provider
 * is down. A key that the provider has withdrawn counts until the next fetch.
 */
export class ProviderKeys {
  private readonly logger = new Logger(ProviderKeys.name);
  private remote: RemoteKeys;
  /** Monotonic milliseconds: when the keys that are there were first used or last refreshed. */
  private freshSince = -Infinity;
  /** Monotonic milliseconds: when the provider last did not answer. */
  private failedAt = -Infinity;

  constructor(
    private readonly url: URL,
    private readonly jose: JwksLibrary,
  ) {
    this.remote = this.noKeys();
  }

  /**
   * Finds the key that a token names.
   *
   * @throws {IdentityProviderError} if the keys cannot be had.
   * @throws an error of jose if the token names none of them.
   */
  readonly getKey: JWTVerifyGetKey = async (header, token) => {
    const now = performance.now();
    if (now - this.freshSince >= MAX_STALE_MS) this.remote = this.noKeys();
    const known = this.remote.jwks();
    const isResting = now - this.failedAt < REST_MS;
    try {
      if (isResting && known !== undefined) return await this.jose.createLocalJWKSet(known)(header, token);
      if (isResting) throw new IdentityProviderError(undefined);
      if (known === undefined) this.freshSince = now;
      else if (now - this.freshSince >= REFRESH_MS) this.refresh(now);
      return await this.remote(header, token);
    } catch (error) {
      throw this.explained(error, isResting);
    }
  };

  /** Nobody waits for it. */
  private refresh(now: number): void {
    const before = this.freshSince;
    this.freshSince = now;
    this.remote.reload().catch((error: unknown) => {
      this.freshSince = before;
      this.failedAt = performance.now();
      this.logger.warn(`the keys of the identity provider could not be fetched again: ${String(error)}`);
    });
  }

  private explained(error: unknown, isResting: boolean): unknown {
    const { JWKSNoMatchingKey, JWKSMultipleMatchingKeys, JOSENotSupported } = this.jose.errors;
    // It may be a new one, which cannot be found out now.
    if (error instanceof JWKSNoMatchingKey && isResting) return new IdentityProviderError(error);
    const isAboutTheToken = [JWKSNoMatchingKey, JWKSMultipleMatchingKeys, JOSENotSupported].some(
      (type) => error instanceof type,
    );
    if (isAboutTheToken || error instanceof IdentityProviderError) return error;
    this.failedAt = performance.now();
    return new IdentityProviderError(error);
  }

  private noKeys(): RemoteKeys {
    return this.jose.createRemoteJWKSet(this.url, {
      timeoutDuration: TIMEOUT_MS,
      cooldownDuration: UNKNOWN_KEY_COOLDOWN_MS,
      cacheMaxAge: Infinity,
    });
  }
}
