import { type Json, type JsonObject, isJsonObject, setOwn } from '../../executor/core/index.js';
import { formsOf } from './secret-forms.js';
import { TextSearch } from './text-search.js';

/** What stands in the place of a secret within a text. */
const MASK = '***';

/**
 * Knows every secret of the process and takes it out of whatever is about to leave it: one scrubber for logs, journals,
 * files, answers and traces. A secret is found in every form of `formsOf`, the longest first; one of fewer than six
 * characters is not looked for.
 */
export class SecretRegistry {
  private readonly forms = new Set<string>();
  /** Finds every form; undefined while there is none, and then nothing is searched. */
  private search: TextSearch | undefined;
  /** The secrets that are nothing but digits: JSON may hold them as numbers. */
  private readonly numbers = new Set<string>();

  constructor(secrets: Iterable<string> = []) {
    for (const secret of secrets) this.add(secret);
    this.compile();
  }

  /** Takes `secret` out of everything from now on. Not for what every request brings anew: nothing is forgotten. */
  register(secret: string): void {
    const known = this.forms.size;
    this.add(secret);
    if (this.forms.size > known) this.compile();
  }

  /** `text` without secrets. */
  text(text: string): string {
    return this.search === undefined ? text : this.search.replace(text, MASK);
  }

  /** The same value with every string scrubbed, keys included. `value` must not nest deeper than the stack allows. */
  json(value: Json): Json {
    if (this.search === undefined) return value;
    if (typeof value === 'string') return this.text(value);
    if (typeof value === 'number') return this.numbers.has(String(value)) ? MASK : value;
    if (Array.isArray(value)) return value.map((item: Json) => this.json(item));
    return isJsonObject(value) ? this.object(value) : value;
  }

  object(value: JsonObject): JsonObject {
    if (this.search === undefined) return value;
    const scrubbed: Record<string, Json> = {};
    for (const [key, item] of Object.entries(value)) setOwn(scrubbed, this.text(key), this.json(item));
    return scrubbed;
  }

  /** Whether a JSON text holds a secret: far cheaper than `json`, for values that almost never do. */
  isIn(jsonText: string): boolean {
    return this.search !== undefined && this.search.isIn(jsonText);
  }

  /** A line of JSON without secrets. A replacement within it could cut an escape or a number in two: so it is parsed. */
  line(line: string): string {
    if (!this.isIn(line)) return line;
    const end = line.endsWith('\n') ? '\n' : '';
    try {
      return JSON.stringify(this.json(JSON.parse(line) as Json)) + end;
    } catch {
      return this.text(line);
    }
  }

  private add(secret: string): void {
    const forms = formsOf(secret);
    for (const form of forms) this.forms.add(form);
    if (forms.size > 0 && /^[1-9]\d*$/.test(secret)) this.numbers.add(secret);
  }

  private compile(): void {
    if (this.forms.size > 0) this.search = new TextSearch(this.forms);
  }
}
