import { Environment, ParseError } from '@marcbachmann/cel-js';
import {
  type CompiledExpression,
  type Evaluation,
  type ExpressionCompiler,
  ExpressionLimitError,
  ExpressionSyntaxError,
} from '../core/index.js';
import { CelEvaluationError } from './cel-values.js';
import { Meter } from './meter.js';
import { GraphPatterns, PatternCache, type Patterns } from './pattern-cache.js';
import { type Program, ProgramCompiler } from './program.js';
import { referencesOf } from './references.js';
import { toJson } from './to-json.js';

/** Longest source, in characters. */
export const MAX_EXPRESSION_LENGTH = 4_096;

const LIMITS = { maxAstNodes: 1_000, maxDepth: 64, maxListElements: 256, maxMapEntries: 256, maxCallArguments: 8 };

/**
 * CEL over JSON. Parsed by cel-js and evaluated here, because an evaluation must end soon whatever the data, must read
 * keys such as `constructor` as data, and must search with a linear-time pattern engine: cel-js can do none of the
 * three. The subset has no bytes, unsigned integers, timestamps or durations. Numbers in JSON are doubles; literals
 * without a fraction are integers; the two mix, and the result is then a double.
 */
export class CelExpressionCompiler implements ExpressionCompiler {
  readonly #environment = new Environment({ limits: LIMITS });
  readonly #patterns: Patterns;
  readonly #programs: ProgramCompiler;

  constructor(patterns: Patterns = new PatternCache()) {
    this.#patterns = patterns;
    this.#programs = new ProgramCompiler(patterns);
  }

  /** The same, to check one graph with: it takes patterns only up to what they may be together. */
  forOneGraph(): CelExpressionCompiler {
    return new CelExpressionCompiler(new GraphPatterns(this.#patterns));
  }

  compile(source: string): CompiledExpression {
    if (source.length > MAX_EXPRESSION_LENGTH) {
      throw new ExpressionSyntaxError(`an expression may have at most ${MAX_EXPRESSION_LENGTH} characters`);
    }
    const ast = this.#parse(source);
    const program = this.#programs.compile(ast);
    return { references: referencesOf(ast), evaluate: (scope) => evaluate(program, scope) };
  }

  pattern(source: string): (text: string) => boolean {
    // Not kept here: whoever keeps the searcher, such as the plan of a graph, would hold the pattern for as long.
    this.#patterns.get(source);
    return (text) => this.#patterns.get(source).test(text);
  }

  #parse(source: string): ReturnType<Environment['parse']>['ast'] {
    try {
      return this.#environment.parse(source).ast;
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
      const where = error.range === undefined ? '' : ` at character ${error.range.start + 1}`;
      throw new ExpressionSyntaxError(`${error.summary}${where}`);
    }
  }
}

function evaluate(program: Program, scope: Readonly<Record<string, unknown>>): Evaluation {
  const meter = new Meter();
  try {
    return { ok: true, value: toJson(program({ scope, meter, local: null }), meter) };
  } catch (error) {
    if (error instanceof CelEvaluationError || error instanceof ExpressionLimitError) {
      return { ok: false, message: error.message };
    }
    return { ok: false, message: `the expression cannot be evaluated: ${String(error)}` };
  }
}
