/** Numbers that depend on `text` alone, uniform in [0, 1). */
export function diceFrom(text: string): () => number {
  let state = fingerprint(text);
  // Mulberry32: small, and good enough to spread cases.
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** FNV-1a of a text. */
export function fingerprint(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}

/** Random choices that depend on a text alone: the same text, the same choices in the same order. */
export class Dice {
  private readonly roll: () => number;

  constructor(private readonly text: string) {
    this.roll = diceFrom(text);
  }

  /** Dice of their own for a part, so that what one part draws changes nothing in the others. */
  for(part: string): Dice {
    return new Dice(`${this.text}/${part}`);
  }

  /** Uniform in [`low`, `high`], both included. */
  between(low: number, high: number): number {
    return low + Math.floor(this.roll() * (high - low + 1));
  }

  /** True in `percent` of the cases. */
  chance(percent: number): boolean {
    return this.roll() * 100 < percent;
  }

  pick<T>(choices: readonly [T, ...T[]]): T {
    return choices[Math.floor(this.roll() * choices.length)] ?? choices[0];
  }
}
