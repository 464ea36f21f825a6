import type { ApiCalls } from './api-calls.js';
import { createApiKey, getApiKey, listApiKeys, revokeApiKey, rotateApiKey } from './generated/sdk.gen.js';
import type { ApiKey, ApiKeyRotation, CreatedApiKey, ListApiKeysData, NewApiKey } from './generated/types.gen.js';
import type { CallOptions } from './options.js';
import { Paged } from './pages.js';

/** Who may call, and what each may do. */
export class Keys {
  readonly #calls: ApiCalls;

  constructor(calls: ApiCalls) {
    this.#calls = calls;
  }

  /**
   * A new key: `key` is told now and never again. An answer that is lost is reported, not tried again: revoke the key that was
   * made then.
   */
  async create(key: NewApiKey, options?: CallOptions): Promise<CreatedApiKey> {
    return (await createApiKey({ ...this.#calls.once(options), body: key })).data;
  }

  /** The newest first, those that have ended too. */
  list(query?: Omit<NonNullable<ListApiKeysData['query']>, 'cursor'>, options?: CallOptions): Paged<ApiKey> {
    return new Paged(
      async (cursor) => (await listApiKeys({ ...this.#calls.repeatable(options), query: { ...query, cursor } })).data,
    );
  }

  /** What is known of a key, without the key itself. */
  async get(keyId: string, options?: CallOptions): Promise<ApiKey> {
    return (await getApiKey({ ...this.#calls.repeatable(options), path: { key_id: keyId } })).data;
  }

  /**
   * A key in place of another one; both count until the overlap has passed. An answer that is lost is reported: the old key
   * tells by `replaced_by` whether it worked.
   */
  async rotate(keyId: string, rotation: ApiKeyRotation = {}, options?: CallOptions): Promise<CreatedApiKey> {
    return (await rotateApiKey({ ...this.#calls.once(options), path: { key_id: keyId }, body: rotation })).data;
  }

  /** Ends a key at once; may be asked again. */
  async revoke(keyId: string, options?: CallOptions): Promise<void> {
    await revokeApiKey({ ...this.#calls.repeatable(options), path: { key_id: keyId } });
  }
}
