import type { AppConfig } from '../app.config.js';
import { CONFIG_KEYS, valueOf } from '../schema/schema.js';

/** `scheme://user:password@…` */
const USERINFO = /^[a-z][a-z\d+.-]*:\/\/([^/?#\s]*)@/i;
/** Fields of objects, and parameters of URLs, that hold what nobody is to see. */
const SECRET_NAME = /pass|secret|token|key|credential|signature|sha256/i;
const MIN_TOKEN_LENGTH = 16;
const AUTH_SCHEME = /^(?:Bearer|Basic|Token|ApiKey)\s+/i;

/** Every value of the configuration that is secret, in whole or in part. */
export function configuredSecrets(config: AppConfig): string[] {
  return CONFIG_KEYS.flatMap((key) => {
    const value = valueOf(config, key);
    return key.secret ? secretTexts(value) : textsOf(value).flatMap(passwordsIn);
  });
}

/** What templates may read, but for keys of ours that are no secret: `/config` shows their values. */
export function templateSecrets(allowedEnv: Readonly<Record<string, string>>): string[] {
  const shown = new Set(CONFIG_KEYS.filter((key) => !key.secret).map((key) => key.env));
  return Object.entries(allowedEnv).flatMap(([name, value]) => (shown.has(name) ? [] : [value]));
}

/** Of a secret value, what is secret: a text and what it is made of, each text of a map, and of a list of entries what is named so. */
function secretTexts(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(namedSecrets);
  return textsOf(value).flatMap((text) => [text, ...passwordsIn(text), ...credentialIn(text)]);
}

function namedSecrets(entry: unknown): string[] {
  if (typeof entry !== 'object' || entry === null) return textsOf(entry);
  return Object.entries(entry).flatMap(([name, item]) => (SECRET_NAME.test(name) ? textsOf(item) : []));
}

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [];
}

/** The password in a URL, as it is written and as it is meant, and its parameters that are named like one. */
function passwordsIn(text: string): string[] {
  const userinfo = USERINFO.exec(text)?.[1];
  const password = userinfo === undefined ? undefined : passwordOf(userinfo);
  const query = text.includes('://') ? (text.split('?')[1]?.split('#')[0] ?? '') : '';
  const params = [...new URLSearchParams(query)].flatMap(([name, value]) => (SECRET_NAME.test(name) ? [value] : []));
  return [...(password === undefined ? [] : [password, decoded(password)]), ...params];
}

/** A name alone is no secret, unless it is as long as the tokens that some services take in its place. */
function passwordOf(userinfo: string): string | undefined {
  const colon = userinfo.indexOf(':');
  if (colon !== -1) return userinfo.slice(colon + 1);
  return userinfo.length >= MIN_TOKEN_LENGTH ? userinfo : undefined;
}

/** What comes after the scheme, as in the value of an `Authorization` header. */
function credentialIn(text: string): string[] {
  return AUTH_SCHEME.test(text) ? [text.replace(AUTH_SCHEME, '')] : [];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
