/** The largest pattern that is taken, by `patternSize`: it is compiled within a few hundredths of a second. */
export const MAX_PATTERN_SIZE = 10_000;
/** What a character class costs beside its instruction: its ranges are looked up, merged and folded once. */
const CLASS_COST = 20;
/** RE2 repeats at most a thousand times, so four digits are all that a counted repetition has. */
const COUNTED = /\{(?<least>\d{1,4})(?:(?<open>,)(?<most>\d{0,4}))?\}/y;
/** Changes what follows and is no piece itself: a quantifier behind it repeats the piece before it. */
const FLAGS = /\(\?[A-Za-z]*(?:-[A-Za-z]+)?\)/y;
const POSIX_CLASS = /\[:[^\]]*:\]/y;
const PROPERTY = /[pP](?:\{[^}]*\}|[^{])/y;
const CODE_POINT = /x\{[^}]*\}/y;

/** A group, or the whole pattern: how large all of it is, and how large the piece is that a quantifier would repeat. */
interface Group {
  total: number;
  last: number;
}

/**
 * At least as many instructions as the program of a pattern in RE2 syntax has, and a little for what it takes to read it.
 * It is known before anything is compiled: fifteen characters such as `(?:a{99}){99}` can make a program of thousands of
 * instructions, and nine hundred one of a million. One pass; what is no valid pattern gets a size too.
 */
export function patternSize(source: string): number {
  return new PatternSize(source).measure();
}

/** What it costs to compile a pattern and to keep it, in instructions. */
export function patternCost(source: string): number {
  return source.length + patternSize(source);
}

class PatternSize {
  private at = 0;
  private classes = 0;
  private readonly groups: Group[] = [];
  private group: Group = { total: 0, last: 0 };

  constructor(private readonly source: string) {}

  measure(): number {
    while (this.at < this.source.length) this.piece(this.source.charAt(this.at++));
    while (this.groups.length > 0) this.close();
    return this.group.total + this.classes * CLASS_COST;
  }

  private piece(character: string): void {
    switch (character) {
      case '(':
        if (this.skip(FLAGS, this.at - 1) !== undefined) return;
        this.groups.push(this.group);
        this.group = { total: 0, last: 0 };
        return;
      case ')':
        return this.close();
      case '|':
        this.atom(1);
        this.group.last = 0;
        return;
      case '*':
      case '+':
      case '?':
        return this.repeat(1, 1);
      case '{':
        return this.counted();
      case '[':
        return this.characterClass();
      case '\\':
        return this.escape();
      default:
        return this.atom(1);
    }
  }

  private atom(size: number): void {
    this.group.total += size;
    this.group.last = size;
  }

  /** A group that captures has an instruction at either end. */
  private close(): void {
    const { total } = this.group;
    const outer = this.groups.pop();
    if (outer === undefined) return this.atom(1);
    this.group = outer;
    this.atom(total + 2);
  }

  private repeat(copies: number, choices: number): void {
    const { last } = this.group;
    const repeated = copies * last + choices;
    this.group.total += repeated - last;
    this.group.last = repeated;
  }

  private counted(): void {
    const found = this.skip(COUNTED, this.at - 1);
    if (found === undefined) return this.atom(1);
    const least = Number(found['least']);
    const most = found['open'] === undefined ? least : Number(found['most'] || least + 1);
    this.repeat(Math.max(1, least, most), 1 + Math.max(0, most - least));
  }

  private characterClass(): void {
    this.classes += 1;
    if (this.source[this.at] === '^') this.at += 1;
    // The bracket that comes first stands for itself.
    if (this.source[this.at] === ']') this.at += 1;
    while (this.at < this.source.length && this.source[this.at] !== ']') {
      if (this.skip(POSIX_CLASS, this.at) === undefined) this.at += this.source[this.at] === '\\' ? 2 : 1;
    }
    this.at += 1;
    this.atom(1);
  }

  private escape(): void {
    if (this.source[this.at] === 'Q') return this.quoted();
    if (this.skip(PROPERTY, this.at) !== undefined) this.classes += 1;
    else if (this.skip(CODE_POINT, this.at) === undefined) this.at += 1;
    this.atom(1);
  }

  /** `\Q…\E`: every character stands for itself. */
  private quoted(): void {
    const end = this.source.indexOf('\\E', this.at);
    const stop = end === -1 ? this.source.length : end;
    this.group.total += stop - this.at;
    this.group.last = 1;
    this.at = stop + 2;
  }

  /** Goes behind what `pattern` finds at `from`; undefined if it finds nothing there. */
  private skip(pattern: RegExp, from: number): Readonly<Record<string, string | undefined>> | undefined {
    pattern.lastIndex = from;
    const found = pattern.exec(this.source);
    if (found === null) return undefined;
    this.at = pattern.lastIndex;
    return found.groups ?? {};
  }
}
