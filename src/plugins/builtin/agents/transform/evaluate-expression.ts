import jsonata, { type Expression } from 'jsonata';
import { AgentError, NonRetryableError } from '../../../sdk/index.js';
import { Breather } from '../breather.js';
import { boundFunctions } from './bounded-functions.js';
import { LinearRegExp } from './linear-regexp.js';

export const MAX_EXPRESSION_LENGTH = 10_000;
/** Expressions within expressions and calls within calls. */
const MAX_DEPTH = 500;
const MAX_SEQUENCE_LENGTH = 500_000;
/** Items and characters that all steps together may make; what they held in between is gone by then. */
const MAX_WORK = 10_000_000;

export interface EvaluationOptions {
  /** Milliseconds that the evaluation itself may take; what the process does in between does not count. */
  readonly limitMs: number;
  readonly signal: AbortSignal;
}

/** Why an expression does not parse, with the place; undefined when it does. */
export function syntaxFaultOf(source: string): string | undefined {
  try {
    parse(source);
    return undefined;
  } catch (error) {
    return describe(error);
  }
}

/**
 * Evaluates a JSONata expression. It gives way to others every few milliseconds, and ends on a limit of time, of depth and
 * of what it makes.
 *
 * @returns What it yields; undefined when that is nothing. It may share parts with `input`.
 * @throws {NonRetryableError} if it does not parse, fails, or goes beyond a limit.
 */
export async function evaluateExpression(
  source: string,
  input: unknown,
  { limitMs, signal }: EvaluationOptions,
): Promise<unknown> {
  const breather = new Breather(signal);
  const guard = new Guard(breather, limitMs);
  try {
    const expression = parse(source);
    guard.watch(expression);
    return await expression.evaluate(input);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof AgentError) throw error;
    throw guard.fault ?? new NonRetryableError(`the expression failed: ${describe(error)}`, { cause: error });
  }
}

/** Stops an evaluation at its limits, by two hooks that JSONata awaits before and after each step. */
class Guard {
  /** Why it was stopped, as an `$eval` on the way would wrap the error. */
  fault: NonRetryableError | undefined;
  private work = 0;

  constructor(
    private readonly breather: Breather,
    private readonly limitMs: number,
  ) {}

  watch(expression: Expression): void {
    // The types know of names that are strings alone.
    const assign = (hook: string, value: unknown): void =>
      expression.assign(Symbol.for(hook) as unknown as string, value);
    assign('jsonata.__evaluate_entry', () => this.enter());
    assign('jsonata.__evaluate_exit', (...[, , , result]: readonly unknown[]) => this.leave(result));
  }

  private enter(): Promise<void> | undefined {
    if (this.breather.activeMs > this.limitMs) this.stop(`the expression took longer than ${this.limitMs} ms`);
    return this.breather.isDue ? this.breather.pause() : undefined;
  }

  private leave(result: unknown): void {
    this.work += typeof result === 'string' || Array.isArray(result) ? result.length : 1;
    if (this.work > MAX_WORK) this.stop('the expression makes more data than it may');
  }

  private stop(message: string): never {
    this.fault = new NonRetryableError(message);
    throw this.fault;
  }
}

function parse(source: string): Expression {
  if (source.length > MAX_EXPRESSION_LENGTH) {
    throw new NonRetryableError(`an expression may have at most ${MAX_EXPRESSION_LENGTH} characters`);
  }
  const expression = jsonata(source, {
    stack: MAX_DEPTH,
    sequence: MAX_SEQUENCE_LENGTH,
    // All that JSONata does with it is `new`, `lastIndex` and `exec`.
    RegexEngine: LinearRegExp as unknown as RegExpConstructor,
  });
  checkPatterns(expression.ast());
  boundFunctions(expression);
  return expression;
}

/** Patterns are only compiled when they are used: here they fail with the rest of the syntax. */
function checkPatterns(ast: unknown): void {
  const pending = [ast];
  while (pending.length > 0) {
    const part = pending.pop();
    if (part instanceof RegExp) new LinearRegExp(part);
    else if (typeof part === 'object' && part !== null) pending.push(...(Object.values(part) as unknown[]));
  }
}

/** JSONata throws plain objects with a message, a position and parts of the data; the data is left out. */
function describe(error: unknown): string {
  if (error instanceof RangeError) return 'it nests too deep';
  if (typeof error !== 'object' || error === null) return 'unknown fault';
  const { message, position } = error as { readonly message?: unknown; readonly position?: unknown };
  const text = typeof message === 'string' ? message : 'unknown fault';
  return typeof position === 'number' ? `${text} (at character ${position})` : text;
}
