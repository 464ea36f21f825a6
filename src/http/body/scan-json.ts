import { jsonPointer } from '../problem/index.js';

/** Why a text is refused. */
export type JsonFaultCode =
  'syntax' | 'too-deep' | 'duplicate-key' | 'number-overflow' | 'nul-character' | 'unpaired-surrogate';

/** The first thing in a text that is not acceptable JSON, and where. */
export interface JsonFault {
  readonly code: JsonFaultCode;
  readonly message: string;
  /** The value (or key) concerned; absent when it would be absurdly long. */
  readonly pointer?: string;
  /** In UTF-16 units, from 0. */
  readonly offset: number;
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

const TAB = 0x09;
const LINE_FEED = 0x0a;
const RETURN = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const LOWER_U = 0x75;
/** What may follow a backslash, `u` apart. */
const SIMPLE_ESCAPES = new Set([...'"\\/bfnrt'].map((character) => character.charCodeAt(0)));

/** A double holds any number of fewer digits before the point. */
const DIGITS_THAT_MAY_OVERFLOW = 309;
/** Up to here a list of keys is searched faster than a set is made. */
const KEYS_IN_A_LIST = 8;
const LONGEST_POINTER = 1000;
const LONGEST_SHOWN_KEY = 80;

/**
 * Finds the first reason not to accept `text`: it is not JSON, it is nested deeper than `maxDepth` objects and arrays,
 * an object has a key twice, a number is too large for a double, or a string holds U+0000 or half a surrogate pair.
 * Undefined means that `JSON.parse` accepts the text and that nothing in it will surprise anybody.
 *
 * One pass, no recursion. `text` comes from a strict UTF-8 decoder: surrogates stand there unescaped only in pairs.
 */
export function scanJson(text: string, maxDepth: number): JsonFault | undefined {
  return new JsonScanner(text, maxDepth).scan();
}

/** Thrown by the scanner to itself. */
class Refusal extends Error {
  constructor(
    readonly code: JsonFaultCode,
    message: string,
    readonly offset: number,
  ) {
    super(message);
  }
}

/** One open object or array. */
interface Container {
  readonly isObject: boolean;
  /** The key or index whose value is being read; undefined while a key is. */
  position: string | number | undefined;
  /** Keys seen so far, while they are few. */
  keyList: string[];
  /** All keys seen so far, once they are many. */
  keySet: Set<string> | undefined;
}

/**
 * Alternates between two states: before a value, and after one. The stack of open containers stands for what a recursive
 * parser would keep in its calls.
 */
class JsonScanner {
  private offset = 0;
  private readonly open: Container[] = [];

  constructor(
    private readonly text: string,
    private readonly maxDepth: number,
  ) {}

  scan(): JsonFault | undefined {
    try {
      this.skipSpace();
      let isDone = false;
      while (!isDone) isDone = this.value() && this.afterValue();
      return undefined;
    } catch (error) {
      if (error instanceof Refusal) return this.faultOf(error);
      throw error;
    }
  }

  /** Reads one value, or opens a container. True when a value is complete, false when its first element comes next. */
  private value(): boolean {
    const code = this.text.charCodeAt(this.offset);
    if (code === OPEN_OBJECT) return this.openContainer(true);
    if (code === OPEN_ARRAY) return this.openContainer(false);
    if (code === QUOTE) this.string();
    else if (code === MINUS || isDigit(code)) this.number();
    else this.word();
    return true;
  }

  private openContainer(isObject: boolean): boolean {
    if (this.open.length >= this.maxDepth) {
      throw new Refusal('too-deep', `nested deeper than ${this.maxDepth} levels`, this.offset);
    }
    this.offset++;
    this.skipSpace();
    if (this.text.charCodeAt(this.offset) === (isObject ? CLOSE_OBJECT : CLOSE_ARRAY)) {
      this.offset++;
      return true;
    }
    const container: Container = { isObject, position: isObject ? undefined : 0, keyList: [], keySet: undefined };
    this.open.push(container);
    if (isObject) this.key(container);
    return false;
  }

  /** Closes what ends here. True at the end of the text, false when another value follows. */
  private afterValue(): boolean {
    for (;;) {
      this.skipSpace();
      const container = this.open.at(-1);
      if (container === undefined) {
        if (this.offset < this.text.length) this.refuse('the end');
        return true;
      }
      const code = this.text.charCodeAt(this.offset);
      if (code === COMMA) {
        this.offset++;
        this.skipSpace();
        if (container.isObject) this.key(container);
        else container.position = Number(container.position) + 1;
        return false;
      }
      if (code !== (container.isObject ? CLOSE_OBJECT : CLOSE_ARRAY)) {
        this.refuse(container.isObject ? '"," or "}"' : '"," or "]"');
      }
      this.offset++;
      this.open.pop();
    }
  }

  /** Reads a key and its colon, up to the value. */
  private key(container: Container): void {
    container.position = undefined;
    const start = this.offset;
    if (this.text.charCodeAt(start) !== QUOTE) this.refuse('a key in double quotes');
    const isPlain = this.string();
    const quoted = this.text.slice(start, this.offset);
    const key = isPlain ? quoted.slice(1, -1) : (JSON.parse(quoted) as string);
    container.position = key;
    if (!remember(container, key)) {
      throw new Refusal('duplicate-key', `the key ${shownKey(key)} stands twice in one object`, start);
    }
    this.skipSpace();
    if (this.text.charCodeAt(this.offset) !== COLON) this.refuse('":"');
    this.offset++;
    this.skipSpace();
  }

  /** Reads a string; true when it holds no escape. */
  private string(): boolean {
    const { text } = this;
    let isPlain = true;
    let at = this.offset + 1;
    for (;;) {
      const code = text.charCodeAt(at);
      if (code === QUOTE) break;
      if (code === BACKSLASH) {
        isPlain = false;
        at = this.escape(at);
      } else if (code >= SPACE) {
        at++;
      } else {
        // Also here: the end of the text, whose code is not a number.
        this.refuseAt(at, 'a string without control characters, closed by a double quote');
      }
    }
    this.offset = at + 1;
    return isPlain;
  }

  /** Reads the escape that begins at `at`, and the second half of its surrogate pair; returns where it ends. */
  private escape(at: number): number {
    const code = this.text.charCodeAt(at + 1);
    if (SIMPLE_ESCAPES.has(code)) return at + 2;
    const unit = code === LOWER_U ? this.hexUnit(at + 2) : undefined;
    if (unit === undefined) return this.refuseAt(at, 'an escape of JSON, such as \\n or \\u00e9');
    if (unit === 0) throw new Refusal('nul-character', 'a string holds the character U+0000', at);
    if (unit < 0xd800 || unit > 0xdfff) return at + 6;
    const isPaired = unit < 0xdc00 && this.text.startsWith('\\u', at + 6);
    const second = isPaired ? this.hexUnit(at + 8) : undefined;
    if (second !== undefined && second >= 0xdc00 && second <= 0xdfff) return at + 12;
    throw new Refusal('unpaired-surrogate', 'a string holds half of a surrogate pair', at);
  }

  private hexUnit(at: number): number | undefined {
    let unit = 0;
    for (let index = at; index < at + 4; index++) {
      const digit = hexDigit(this.text.charCodeAt(index));
      if (digit === undefined) return undefined;
      unit = unit * 16 + digit;
    }
    return unit;
  }

  private number(): void {
    const { text } = this;
    const start = this.offset;
    let at = text.charCodeAt(start) === MINUS ? start + 1 : start;
    const firstDigit = at;
    at = this.digits(at);
    if (text.charCodeAt(firstDigit) === ZERO && at > firstDigit + 1) {
      this.refuseAt(firstDigit, 'a number without leading zeros');
    }
    let mayOverflow = at - firstDigit >= DIGITS_THAT_MAY_OVERFLOW;
    if (text[at] === '.') at = this.digits(at + 1);
    if (text[at] === 'e' || text[at] === 'E') {
      mayOverflow = true;
      at++;
      if (text[at] === '+' || text[at] === '-') at++;
      at = this.digits(at);
    }
    if (mayOverflow && !Number.isFinite(Number(text.slice(start, at)))) {
      throw new Refusal('number-overflow', 'a number is too large for a double', start);
    }
    this.offset = at;
  }

  /** Reads one digit or more from `at`; returns where they end. */
  private digits(at: number): number {
    let end = at;
    while (isDigit(this.text.charCodeAt(end))) end++;
    return end > at ? end : this.refuseAt(at, 'a digit');
  }

  private word(): void {
    for (const word of ['true', 'false', 'null']) {
      if (!this.text.startsWith(word, this.offset)) continue;
      this.offset += word.length;
      return;
    }
    this.refuse('a value');
  }

  private skipSpace(): void {
    const { text } = this;
    let at = this.offset;
    for (;;) {
      const code = text.charCodeAt(at);
      if (code !== SPACE && code !== LINE_FEED && code !== RETURN && code !== TAB) break;
      at++;
    }
    this.offset = at;
  }

  private refuse(expected: string): never {
    return this.refuseAt(this.offset, expected);
  }

  private refuseAt(at: number, expected: string): never {
    const found = at >= this.text.length ? 'the text ends' : `found ${shownCharacter(this.text, at)}`;
    throw new Refusal('syntax', `expected ${expected}, but ${found}`, at);
  }

  private faultOf(refusal: Refusal): JsonFault {
    const { code, message, offset } = refusal;
    const before = this.text.slice(0, offset);
    const lineStart = before.lastIndexOf('\n') + 1;
    let line = 1;
    for (let at = before.indexOf('\n'); at !== -1; at = before.indexOf('\n', at + 1)) line++;
    const column = offset - lineStart + 1;
    const pointer = this.pointer();
    return { code, message: `${message}, at line ${line} column ${column}`, pointer, offset, line, column };
  }

  private pointer(): string | undefined {
    const path = this.open.map((container) => container.position).filter((position) => position !== undefined);
    const length = path.reduce<number>((sum, segment) => sum + String(segment).length + 1, 0);
    return length > LONGEST_POINTER ? undefined : jsonPointer(path);
  }
}

/** Adds a key to those seen; false when it was there. */
function remember(container: Container, key: string): boolean {
  const { keyList } = container;
  if (container.keySet === undefined) {
    if (keyList.includes(key)) return false;
    keyList.push(key);
    if (keyList.length > KEYS_IN_A_LIST) {
      container.keySet = new Set(keyList);
      container.keyList = [];
    }
    return true;
  }
  const before = container.keySet.size;
  container.keySet.add(key);
  return container.keySet.size > before;
}

function isDigit(code: number): boolean {
  return code >= ZERO && code <= NINE;
}

function hexDigit(code: number): number | undefined {
  if (isDigit(code)) return code - ZERO;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : undefined;
}

function shownKey(key: string): string {
  return JSON.stringify(key.length > LONGEST_SHOWN_KEY ? `${key.slice(0, LONGEST_SHOWN_KEY)}…` : key);
}

function shownCharacter(text: string, at: number): string {
  return JSON.stringify(String.fromCodePoint(text.codePointAt(at) ?? 0));
}
