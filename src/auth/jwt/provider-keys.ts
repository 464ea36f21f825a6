import { Logger } from '@nestjs/common';
import type { JWTVerifyGetKey, createRemoteJWKSet, errors } from 'jose';
import { IdentityProviderError } from './identity-provider.error.js';

/** How old the keys get before they are asked for again, beside the requests that use them. */
const REFRESH_MS = 300_000;
/** How old they may be while the provider does not answer. */
const MAX_STALE_MS = 86_400_000;
/** How often a token with an unknown key may have the provider asked for new ones. */
const UNKNOWN_KEY_COOLDOWN_MS = 5_000;
/** How long the provider is left alone after it did not answer. */
const FAILURE_COOLDOWN_MS = 2_000;
const TIMEOUT_MS = 5_000;

type RemoteKeys = ReturnType<typeof createRemoteJWKSet>;

/** What of jose is used here. */
export interface JwksLibrary {
  readonly createRemoteJWKSet: typeof createRemoteJWKSet;
  readonly errors: typeof errors;
}

/**
 * The keys of the identity provider. `empty` until a token asks for one; then `fresh`, and from five minutes on `ageing`:
 * they are still used while new ones are fetched, for a day if need be, so that callers who are known stay known while the
 * provider is down. A key that the provider has withdrawn counts until the next fetch.
 */
export class ProviderKeys {
  private readonly logger = new Logger(ProviderKeys.name);
  private remote: RemoteKeys;
  /** Monotonic milliseconds of the last fetch that succeeded and of the last that failed. */
  private fetchedAt = -Infinity;
  private failedAt = -Infinity;

  constructor(
    private readonly url: URL,
    private readonly jose: JwksLibrary,
  ) {
    this.remote = this.emptySet();
  }

  /**
   * Finds the key that a token names.
   *
   * @throws {IdentityProviderError} if the keys cannot be had.
   * @throws an error of jose if the token names none of them.
   */
  readonly getKey: JWTVerifyGetKey = async (header, token) => {
    this.keepFresh();
    try {
      const key = await this.remote(header, token);
      this.noteFetch();
      return key;
    } catch (error) {
      if (this.isAboutTheToken(error)) throw error;
      throw this.unavailable(error);
    }
  };

  private keepFresh(): void {
    const age = performance.now() - this.fetchedAt;
    const isResting = performance.now() - this.failedAt < FAILURE_COOLDOWN_MS;
    if (this.remote.jwks() === undefined) {
      if (isResting) throw new IdentityProviderError(undefined);
      return;
    }
    if (age >= MAX_STALE_MS) this.remote = this.emptySet();
    else if (age >= REFRESH_MS && !isResting && !this.remote.reloading) void this.refresh();
  }

  private async refresh(): Promise<void> {
    try {
      await this.remote.reload();
      this.fetchedAt = performance.now();
    } catch (error) {
      this.unavailable(error);
      this.logger.warn(`the keys of the identity provider could not be fetched again: ${String(error)}`);
    }
  }

  /** jose fetches by itself when it has no keys, or none of the name that a token gives. */
  private noteFetch(): void {
    if (this.fetchedAt === -Infinity) this.fetchedAt = performance.now();
  }

  private isAboutTheToken(error: unknown): boolean {
    const { JWKSNoMatchingKey, JWKSMultipleMatchingKeys, JOSENotSupported } = this.jose.errors;
    return [JWKSNoMatchingKey, JWKSMultipleMatchingKeys, JOSENotSupported].some((type) => error instanceof type);
  }

  private unavailable(cause: unknown): IdentityProviderError {
    this.failedAt = performance.now();
    return new IdentityProviderError(cause);
  }

  private emptySet(): RemoteKeys {
    this.fetchedAt = -Infinity;
    return this.jose.createRemoteJWKSet(this.url, {
      timeoutDuration: TIMEOUT_MS,
      cooldownDuration: UNKNOWN_KEY_COOLDOWN_MS,
      cacheMaxAge: Infinity,
    });
  }
}
