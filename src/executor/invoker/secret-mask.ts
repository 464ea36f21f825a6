import { type Json, type JsonObject, isJsonObject, setOwn } from '../core/index.js';

const MASK = '***';
/** Shorter values would be found everywhere by chance. */
const MIN_SECRET_LENGTH = 4;

/** Hides the values of environment variables that templates may use from everything that an agent hands back. */
export class SecretMask {
  private readonly secrets: readonly string[];

  constructor(values: Iterable<string>) {
    this.secrets = [...values].filter((value) => value.length >= MIN_SECRET_LENGTH).sort((a, b) => b.length - a.length);
  }

  /** It hides nothing. */
  get isEmpty(): boolean {
    return this.secrets.length === 0;
  }

  text(text: string): string {
    return this.secrets.reduce((masked, secret) => masked.replaceAll(secret, MASK), text);
  }

  /** The same value with every string masked, keys included. `value` must not nest deeper than the stack allows. */
  json(value: Json): Json {
    if (this.isEmpty) return value;
    if (typeof value === 'string') return this.text(value);
    if (Array.isArray(value)) return value.map((item: Json) => this.json(item));
    return isJsonObject(value) ? this.object(value) : value;
  }

  object(value: JsonObject): JsonObject {
    if (this.isEmpty) return value;
    const masked: Record<string, Json> = {};
    for (const [key, item] of Object.entries(value)) setOwn(masked, this.text(key), this.json(item));
    return masked;
  }
}
