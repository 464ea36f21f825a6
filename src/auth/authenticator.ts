import { Injectable } from '@nestjs/common';
import { AppConfig, hasCredentials } from '../config/index.js';
import { DEFAULT_NAMESPACE } from '../executor/core/index.js';
import { type Caller, SCOPES } from './access/index.js';
import { ActiveKeys } from './api-keys/active-keys.js';
import { isGeneratedKey } from './api-keys/api-key-text.js';
import { ConfiguredKeys } from './configured-keys.js';
import type { Credentials } from './credentials.js';
import { digestOf } from './digest.js';
import { TokenVerifier } from './jwt/token-verifier.js';
import { StreamTokens } from './stream-token/stream-tokens.js';

const ANYBODY: Caller = { id: 'anonymous', namespace: DEFAULT_NAMESPACE, scopes: new Set(SCOPES) };

/**
 * Knows who sent a request. Where no credential is configured, which only development and testing allow, everybody is let in
 * as `anonymous`, except with a key or a token of this service that is not right: that one shall fail there as it will later.
 */
@Injectable()
export class Authenticator {
  private readonly isOpen: boolean;

  constructor(
    { environment, security }: AppConfig,
    private readonly configured: ConfiguredKeys,
    private readonly active: ActiveKeys,
    private readonly tokens: TokenVerifier,
    private readonly streamTokens: StreamTokens,
  ) {
    this.isOpen = !hasCredentials(security) && (environment === 'development' || environment === 'testing');
  }

  /**
   * The caller that any of the credentials belongs to. It answers at once where it can, which is for nearly every request.
   *
   * @throws {IdentityProviderError | JournalUnavailableError} if a credential cannot be checked now.
   */
  identify(credentials: Credentials): Caller | undefined | Promise<Caller | undefined> {
    for (const key of credentials.keys) {
      const digest = digestOf(key);
      const known = this.configured.identify(digest) ?? this.active.recall(digest);
      if (known !== undefined) return known;
    }
    const generated = credentials.keys.filter(isGeneratedKey);
    if (credentials.token === undefined && credentials.stream === undefined && generated.length === 0) {
      return this.isOpen ? ANYBODY : undefined;
    }
    return this.lookUp(credentials, generated.map(digestOf));
  }

  private async lookUp({ token, stream }: Credentials, generated: readonly string[]): Promise<Caller | undefined> {
    for (const digest of generated) {
      const caller = await this.active.find(digest);
      if (caller !== undefined) return caller;
    }
    const caller = token === undefined ? undefined : await this.tokens.identify(token);
    if (caller !== undefined) return caller;
    if (stream !== undefined) return this.streamTokens.identify(stream.token, stream.runId);
    return this.isOpen && generated.length === 0 ? ANYBODY : undefined;
  }
}
