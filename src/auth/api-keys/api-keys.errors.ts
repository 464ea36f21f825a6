import type { StoredApiKey } from '../../storage/index.js';
import { ProblemError } from '../../http/problem/index.js';
import type { KeyStatus } from './key-status.js';

export class KeyNotFoundError extends ProblemError {
  override readonly name = 'KeyNotFoundError';
  constructor(keyId: string) {
    super('key-not-found', `there is no API key ${JSON.stringify(keyId.slice(0, 64))}`);
  }
}

export class KeyEndedError extends ProblemError {
  override readonly name = 'KeyEndedError';
  constructor({ keyId, replacedBy }: StoredApiKey, status: KeyStatus) {
    const why = status === 'active' ? `was replaced by ${replacedBy ?? 'another one'}` : `is ${status}`;
    super('key-ended', `API key ${keyId} ${why}: it cannot be rotated`);
  }
}
