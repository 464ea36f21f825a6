import { hash, timingSafeEqual } from 'node:crypto';
import { DEFAULT_NAMESPACE } from '../executor/core/index.js';
import { type Caller, SCOPES } from './access/index.js';

const CALLER_ID_CHARACTERS = 16;

/** Knows who a key belongs to. How long it takes tells nothing about the right key. */
export class KeyChecker {
  private readonly expected: Buffer | undefined;
  private readonly caller: Caller;

  /** @param apiKey undefined leaves the door open */
  constructor(apiKey: string | undefined) {
    this.expected = apiKey === undefined ? undefined : digestOf(apiKey);
    const id = this.expected?.toString('hex').slice(0, CALLER_ID_CHARACTERS) ?? 'anonymous';
    this.caller = { id, namespace: DEFAULT_NAMESPACE, scopes: new Set(SCOPES) };
  }

  /** The caller who presents these keys, any of which may be right; undefined when none is. */
  identify(keys: readonly string[]): Caller | undefined {
    const { expected } = this;
    if (expected === undefined) return this.caller;
    // Digests are equally long, which timingSafeEqual needs, whatever was sent.
    const isKnown = keys.map((key) => timingSafeEqual(digestOf(key), expected)).includes(true);
    return isKnown ? this.caller : undefined;
  }
}

function digestOf(key: string): Buffer {
  return hash('sha256', key, 'buffer');
}
