/** A place in a text; both numbers count from 1. */
export interface TextPosition {
  readonly line: number;
  readonly column: number;
}

/**
 * Where the value at a JSON pointer begins, or the nearest value around it that exists. `text` must be valid JSON. One
 * pass, no recursion.
 */
export function findPosition(text: string, pointer: string): TextPosition {
  return positionAt(text, new JsonCursor(text).find(segmentsOf(pointer)));
}

/** The place of a UTF-16 offset. */
export function positionAt(text: string, offset: number): TextPosition {
  const before = text.slice(0, offset);
  const lastBreak = before.lastIndexOf('\n');
  return { line: before.split('\n').length, column: offset - lastBreak };
}

function segmentsOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** Stands before or after a value; each method leaves it right behind what it read. */
class JsonCursor {
  private offset = 0;

  constructor(private readonly text: string) {}

  /** Offset of the value, or of the innermost one on the way to it. */
  find(segments: readonly string[]): number {
    this.skipSpace();
    let found = this.offset;
    for (const segment of segments) {
      const hasEntered = this.text[this.offset] === '{' ? this.enterKey(segment) : this.enterItem(segment);
      if (!hasEntered) break;
      found = this.offset;
    }
    return found;
  }

  private enterKey(wanted: string): boolean {
    this.step();
    while (this.text[this.offset] === '"') {
      const start = this.offset;
      this.skipString();
      const key: unknown = JSON.parse(this.text.slice(start, this.offset));
      this.skipSpace();
      this.step();
      if (key === wanted) return true;
      this.skipValue();
      this.skipComma();
    }
    return false;
  }

  private enterItem(wanted: string): boolean {
    if (this.text[this.offset] !== '[') return false;
    this.step();
    for (let index = 0; this.offset < this.text.length && this.text[this.offset] !== ']'; index++) {
      if (String(index) === wanted) return true;
      this.skipValue();
      this.skipComma();
    }
    return false;
  }

  private skipValue(): void {
    let depth = 0;
    do {
      const character = this.text[this.offset];
      if (character === '"') this.skipString();
      else {
        if (character === '{' || character === '[') depth += 1;
        else if (character === '}' || character === ']') depth -= 1;
        this.offset += 1;
      }
    } while (this.offset < this.text.length && (depth > 0 || !/[\s,\]}]/.test(this.text[this.offset] ?? ',')));
    this.skipSpace();
  }

  private skipString(): void {
    this.offset += 1;
    while (this.offset < this.text.length && this.text[this.offset] !== '"') {
      this.offset += this.text[this.offset] === '\\' ? 2 : 1;
    }
    this.offset += 1;
  }

  private skipComma(): void {
    if (this.text[this.offset] === ',') this.step();
  }

  /** Passes one character and the space behind it. */
  private step(): void {
    this.offset += 1;
    this.skipSpace();
  }

  private skipSpace(): void {
    while (/[ \t\r\n]/.test(this.text[this.offset] ?? '')) this.offset += 1;
  }
}
