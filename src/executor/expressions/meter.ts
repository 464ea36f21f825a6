import { ExpressionLimitError, patternCost } from '../core/index.js';

/** Steps that one evaluation may take: a few tenths of a second at worst. */
const MAX_STEPS = 2_000_000;
const CHARACTERS_PER_STEP = 16;
/** An instruction of a pattern takes so much longer to make than a step. */
const STEPS_PER_INSTRUCTION = 20;

/**
 * Counts what one evaluation costs, and knows which lists and maps it built itself: only those may hold integers that
 * JSON does not have.
 */
export class Meter {
  #left = MAX_STEPS;
  readonly #built = new WeakSet<object>();
  readonly #patterns = new Set<string>();

  /** @throws {ExpressionLimitError} once all steps are used up. */
  spend(steps: number): void {
    this.#left -= steps;
    if (this.#left < 0) {
      throw new ExpressionLimitError(
        'the expression takes too many steps: its lists or texts are too large for what it does',
      );
    }
  }

  /** Counts reading or writing a text of that many characters. */
  spendText(length: number): void {
    this.spend(1 + Math.floor(length / CHARACTERS_PER_STEP));
  }

  /** Counts compiling a pattern that the data brought, once: how long it takes must not depend on what others have used. */
  spendPattern(source: string): void {
    if (this.#patterns.has(source)) return;
    this.#patterns.add(source);
    this.spend(STEPS_PER_INSTRUCTION * patternCost(source));
  }

  built<T extends object>(container: T): T {
    this.#built.add(container);
    return container;
  }

  hasBuilt(container: object): boolean {
    return this.#built.has(container);
  }
}
