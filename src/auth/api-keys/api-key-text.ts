import { randomBytes } from 'node:crypto';

const KEY_BYTES = 32;
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const BASE = BigInt(ALPHABET.length);
/** What 256 bits take in this alphabet. */
const CHARACTERS = 43;
const SHOWN_CHARACTERS = 8;
const MARK = 'wand_';
const KEY = new RegExp(`^${MARK}[0-9A-Za-z]{${CHARACTERS}}$`);

/** A new key of 256 random bits: letters and digits alone, so that a double click selects it, behind a mark to search for. */
export function generateKey(): string {
  let rest = BigInt(`0x${randomBytes(KEY_BYTES).toString('hex')}`);
  let text = '';
  for (let index = 0; index < CHARACTERS; index += 1) {
    text = `${ALPHABET.charAt(Number(rest % BASE))}${text}`;
    rest /= BASE;
  }
  return `${MARK}${text}`;
}

/** Whether `text` may be a key that was generated here. */
export function isGeneratedKey(text: string): boolean {
  return KEY.test(text);
}

/** What of a key is shown for people to recognise it; more than 200 bits stay secret. */
export function shownPrefix(key: string): string {
  return key.slice(0, MARK.length + SHOWN_CHARACTERS);
}
