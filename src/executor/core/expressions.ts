import type { Json } from './json.js';

/** What an expression yielded, or why it could not be evaluated. */
export type Evaluation = { readonly ok: true; readonly value: Json } | { readonly ok: false; readonly message: string };

/** A parsed expression; evaluating it has no side effects, ends in bounded time and never throws. */
export interface CompiledExpression {
  /**
   * Each use of a name from the scope, with the keys that follow it literally: `nodes.a["b"].c` is `[nodes, a, b, c]`.
   * A computed key ends the list, so `nodes[input.k]` is `[nodes]` and `[input, k]`.
   */
  readonly references: readonly (readonly string[])[];
  /** A name that the scope lacks, or whose value is undefined, is an error where it is used. */
  evaluate(scope: Readonly<Record<string, unknown>>): Evaluation;
}

/** The expression language and the pattern engine of conditions and templates, given to the core from outside. */
export interface ExpressionCompiler {
  /** @throws {ExpressionSyntaxError} naming what is wrong and where. */
  compile(source: string): CompiledExpression;
  /**
   * A linear-time searcher for the `matches` operator. It throws an `ExpressionLimitError` on a text that would take
   * too long to search.
   *
   * @throws {ExpressionSyntaxError} if `pattern` is not a valid pattern.
   */
  pattern(pattern: string): (text: string) => boolean;
}

/** An expression or pattern that does not parse. */
export class ExpressionSyntaxError extends Error {
  override readonly name = 'ExpressionSyntaxError';
}

/** An evaluation that would take too long. */
export class ExpressionLimitError extends Error {
  override readonly name = 'ExpressionLimitError';
}

/**
 * Compiles an expression that may use only the given names.
 *
 * @throws {ExpressionSyntaxError} if it does not parse or uses another name.
 */
export function compileOver(
  names: readonly string[],
  source: string,
  expressions: ExpressionCompiler,
): CompiledExpression {
  const compiled = expressions.compile(source);
  const unknown = compiled.references.map((path) => path[0] as string).find((name) => !names.includes(name));
  if (unknown === undefined) return compiled;
  throw new ExpressionSyntaxError(`unknown name "${unknown}": here an expression can use ${names.join(', ')}`);
}

/** Names that a template may use. */
export interface TemplateScope {
  readonly input: Json;
  readonly nodes: Readonly<Record<string, { readonly output: Json }>>;
  readonly env: Readonly<Record<string, string>>;
  readonly run: { readonly id: string };
}
