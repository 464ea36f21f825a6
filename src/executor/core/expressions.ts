import type { Json } from './json.js';

/** What an expression yielded, or why it could not be evaluated. */
export type Evaluation = { readonly ok: true; readonly value: Json } | { readonly ok: false; readonly message: string };

/** A parsed expression; evaluating it has no side effects and ends in bounded time. */
export interface CompiledExpression {
  evaluate(scope: Readonly<Record<string, unknown>>): Evaluation;
}

/** The expression language and the pattern engine of conditions and templates, given to the core from outside. */
export interface ExpressionCompiler {
  /** @throws {ExpressionSyntaxError} naming what is wrong and where. */
  compile(source: string): CompiledExpression;
  /**
   * A linear-time searcher for the `matches` operator.
   *
   * @throws {ExpressionSyntaxError} if `pattern` is not a valid pattern.
   */
  pattern(pattern: string): (text: string) => boolean;
}

/** An expression or pattern that does not parse. */
export class ExpressionSyntaxError extends Error {
  override readonly name = 'ExpressionSyntaxError';
}

/** Names that a template may use. */
export interface TemplateScope {
  readonly input: Json;
  readonly nodes: Readonly<Record<string, { readonly output: Json }>>;
  readonly env: Readonly<Record<string, string>>;
  readonly run: { readonly id: string };
}

