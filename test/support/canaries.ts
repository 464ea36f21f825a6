import { createHash } from 'node:crypto';
import { CONFIG_KEYS, type ConfigKey } from '../../src/config/schema/schema.js';

/** A secret that a test plants, and under which name. */
export interface Canary {
  readonly name: string;
  /** What the variable is set to. */
  readonly text: string;
  /** What must never be seen of it. */
  readonly secret: string;
}

/** Values in the forms that secret keys may want, each with the part that is the secret. */
function candidates(secret: string): readonly Pick<Canary, 'text' | 'secret'>[] {
  const digest = createHash('sha256').update(secret).digest('hex');
  return [
    { text: secret, secret },
    { text: JSON.stringify([secret]), secret },
    { text: `https://user:${secret}@127.0.0.1:1/`, secret },
    { text: `redis://:${secret}@127.0.0.1:1/0`, secret },
    { text: JSON.stringify({ Authorization: `Bearer ${secret}` }), secret },
    { text: JSON.stringify([{ name: 'canary', key_sha256: digest, scopes: ['runs:read'] }]), secret: digest },
  ];
}

function canaryFor(key: ConfigKey, index: number): Canary {
  const secret = `cAnary${index}x0123456789abcdef0123456789abcdefghijkl`;
  const fitting = candidates(secret).find(({ text }) => {
    const parsed = key.parse(text);
    return parsed.ok && key.schema.safeParse(parsed.value).success;
  });
  if (fitting === undefined)
    throw new Error(`${key.env} is secret, and no canary fits it: give the test one that does`);
  return { name: key.env, ...fitting };
}

/** A canary for every key of the configuration that is secret. */
export function configCanaries(): Canary[] {
  return CONFIG_KEYS.filter((key) => key.secret).map(canaryFor);
}

/** Every text by which a secret can be known again; worked out without the code under test. */
function traces(secret: string): readonly Buffer[] {
  const escaped = JSON.stringify(secret).slice(1, -1);
  const inBase64 = [0, 1, 2].map((offset) => {
    const encoded = Buffer.from('x'.repeat(offset) + secret).toString('base64');
    return encoded.slice(4, -4);
  });
  const texts = [secret, escaped, JSON.stringify(escaped).slice(1, -1), encodeURIComponent(secret), ...inBase64];
  return [...new Set(texts)].map((text) => Buffer.from(text));
}

/** The names of the canaries whose traces `bytes` hold. */
export function canariesIn(bytes: Buffer | string, canaries: readonly Canary[]): string[] {
  const whole = Buffer.from(bytes as string);
  return canaries.filter(({ secret }) => traces(secret).some((trace) => whole.includes(trace))).map(({ name }) => name);
}
