import { Injectable } from '@nestjs/common';
import type { Caller } from './access/index.js';
import { ActiveKeys } from './api-keys/active-keys.js';
import { ConfiguredKeys } from './configured-keys.js';

/** Whoever has a key, configured or in the database, by the id of the key. */
@Injectable()
export class KeyHolders {
  constructor(
    private readonly configured: ConfiguredKeys,
    private readonly active: ActiveKeys,
  ) {}

  /** Undefined once the key has ended. @throws {JournalUnavailableError} */
  async find(keyId: string): Promise<Caller | undefined> {
    return this.configured.find(keyId) ?? this.active.findById(keyId);
  }
}
