import { hash, timingSafeEqual } from 'node:crypto';
import { ANONYMOUS, type Caller } from './caller.js';

const CALLER_ID_CHARACTERS = 16;

/** Knows who a key belongs to. How long it takes tells nothing about the right key. */
export class KeyChecker {
  private readonly expected: Buffer | undefined;

  /** @param apiKey undefined leaves the door open */
  constructor(apiKey: string | undefined) {
    this.expected = apiKey === undefined ? undefined : digestOf(apiKey);
  }

  /** The caller who presents these keys, any of which may be right; undefined when none is. */
  identify(keys: readonly string[]): Caller | undefined {
    const { expected } = this;
    if (expected === undefined) return ANONYMOUS;
    // Digests are equally long, which timingSafeEqual needs, whatever was sent.
    const isKnown = keys.map((key) => timingSafeEqual(digestOf(key), expected)).includes(true);
    return isKnown ? { id: expected.toString('hex').slice(0, CALLER_ID_CHARACTERS) } : undefined;
  }
}

function digestOf(key: string): Buffer {
  return hash('sha256', key, 'buffer');
}
