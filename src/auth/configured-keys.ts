import { timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type ApiKeyEntry, AppConfig } from '../config/index.js';
import { DEFAULT_NAMESPACE, namespace } from '../executor/core/index.js';
import { type Caller, SCOPES } from './access/index.js';
import { digestOf } from './digest.js';

const CALLER_ID_CHARACTERS = 16;
/** SHA-256 in hexadecimal. */
const DIGEST_CHARACTERS = 64;

interface ConfiguredKey {
  /** In hexadecimal, as bytes. */
  readonly digest: Buffer;
  readonly caller: Caller;
}

/** The keys of the configuration. How long it takes to look one up tells nothing about them. */
@Injectable()
export class ConfiguredKeys {
  private readonly keys: readonly ConfiguredKey[];
  /** The digest that is being compared: a buffer of its own for each request would leave more garbage than all the rest of it. */
  private readonly presented = Buffer.alloc(DIGEST_CHARACTERS);

  constructor({ security: { apiKey, apiKeys } }: AppConfig) {
    this.keys = [
      ...(apiKey === undefined ? [] : [keyOf(digestOf(apiKey), { scopes: SCOPES })]),
      ...apiKeys.map((entry) => keyOf(entry.key_sha256.toLowerCase(), entry)),
    ];
  }

  /** Whoever the key with this digest belongs to. */
  identify(digest: string): Caller | undefined {
    const { presented } = this;
    presented.write(digest, 'latin1');
    // All of them are compared, also behind the right one.
    const matching = this.keys.filter((key) => timingSafeEqual(key.digest, presented));
    return matching[0]?.caller;
  }

  /** The caller whose id this is. */
  find(id: string): Caller | undefined {
    return this.keys.find(({ caller }) => caller.id === id)?.caller;
  }
}

function keyOf(digest: string, entry: Pick<ApiKeyEntry, 'scopes' | 'namespace'>): ConfiguredKey {
  const id = digest.slice(0, CALLER_ID_CHARACTERS);
  const scopes = new Set(entry.scopes);
  const home = entry.namespace === undefined ? DEFAULT_NAMESPACE : namespace(entry.namespace);
  const caller: Caller = { id, namespace: home, scopes, credential: { kind: 'key', keyId: id, expiresAt: null } };
  return { digest: bytesOf(digest), caller };
}

/** What can be compared in constant time. */
function bytesOf(digest: string): Buffer {
  return Buffer.from(digest, 'latin1');
}
