import type { ASTNode } from '@marcbachmann/cel-js';
import { ExpressionSyntaxError, setOwn } from '../core/index.js';
import { type CelValue, CelEvaluationError, isMap, TYPES, typeNameOf } from './cel-values.js';
import { type Visitor, asBoolean, attempt, elementsToVisit, LOOPS } from './comprehension-loops.js';
import { type Comprehension, comprehensionOf } from './comprehensions.js';
import { type CelFunction, FUNCTIONS, METHODS } from './functions.js';
import type { Meter } from './meter.js';
import { BINARY_OPERATORS, checkedInt, invert, negate, readIndex, readKey } from './operators.js';
import type { Patterns } from './pattern-cache.js';

/** What one evaluation runs in. */
export interface Frame {
  readonly scope: Readonly<Record<string, unknown>>;
  readonly meter: Meter;
  /** Innermost variable of the comprehensions around; null outside. */
  readonly local: Local | null;
}

interface Local {
  readonly name: string;
  value: CelValue;
  readonly outer: Local | null;
}

/** @throws {CelEvaluationError} @throws {ExpressionLimitError} */
export type Program = (frame: Frame) => CelValue;

/** Turns a parsed expression into nested functions. Every step is counted, so that a program always ends soon. */
export class ProgramCompiler {
  constructor(private readonly patterns: Patterns) {}

  /**
   * `bound` are the names of comprehension variables around `node`.
   *
   * @throws {ExpressionSyntaxError} on an unknown function, an unsupported literal or an invalid literal pattern.
   */
  compile(node: ASTNode, bound: ReadonlySet<string> = new Set()): Program {
    const run = this.#compileNode(node, bound);
    return (frame) => {
      frame.meter.spend(1);
      return run(frame);
    };
  }

  #compileNode(node: ASTNode, bound: ReadonlySet<string>): Program {
    switch (node.op) {
      case 'value':
        return compileLiteral(node.args);
      case 'id':
        return compileName(node.args, bound);
      case '.':
        return this.#compileMember(node.args[0], node.args[1], bound);
      case '[]':
        return this.#compileIndex(node.args[0], node.args[1], bound);
      case '!_':
        return this.#compileUnary(node.args, invert, bound);
      case '-_':
        return this.#compileUnary(node.args, negate, bound);
      case '&&':
        return this.#compileLogical(node.args, false, bound);
      case '||':
        return this.#compileLogical(node.args, true, bound);
      case '?:':
        return this.#compileChoice(node.args, bound);
      case 'list':
        return this.#compileList(node.args, bound);
      case 'map':
        return this.#compileMap(node.args, bound);
      case 'call':
        return this.#compileCall(node.args[0], node.args[1], bound);
      case 'rcall': {
        const comprehension = comprehensionOf(node);
        return comprehension ? this.#compileComprehension(comprehension, bound) : this.#compileMethod(node.args, bound);
      }
      case '.?':
      case '[?]':
        throw new ExpressionSyntaxError('optional access is not supported: use has()');
      default:
        return this.#compileBinary(node.op, node.args, bound);
    }
  }

  #compileMember(owner: ASTNode, key: string, bound: ReadonlySet<string>): Program {
    const value = this.compile(owner, bound);
    return (frame) => readKey(value(frame), key, `key "${key}"`);
  }

  #compileIndex(owner: ASTNode, index: ASTNode, bound: ReadonlySet<string>): Program {
    if (index.op === 'value' && typeof index.args === 'string') return this.#compileMember(owner, index.args, bound);
    const value = this.compile(owner, bound);
    const at = this.compile(index, bound);
    return (frame) => readIndex(value(frame), at(frame));
  }

  #compileUnary(operand: ASTNode, apply: (value: CelValue) => CelValue, bound: ReadonlySet<string>): Program {
    const value = this.compile(operand, bound);
    return (frame) => apply(value(frame));
  }

  #compileBinary(operator: string, operands: readonly [ASTNode, ASTNode], bound: ReadonlySet<string>): Program {
    const apply = BINARY_OPERATORS[operator];
    if (apply === undefined) throw new ExpressionSyntaxError(`the operator ${operator} is not supported`);
    const left = this.compile(operands[0], bound);
    const right = this.compile(operands[1], bound);
    return (frame) => apply(left(frame), right(frame), frame.meter);
  }

  /** The value that `decides` settles the result on either side, even if the other side is an error. */
  #compileLogical(operands: readonly [ASTNode, ASTNode], decides: boolean, bound: ReadonlySet<string>): Program {
    const left = this.compile(operands[0], bound);
    const right = this.compile(operands[1], bound);
    const operator = decides ? '||' : '&&';
    return (frame) => {
      const first = attempt(() => asBoolean(left(frame), operator), frame.meter);
      if (first === decides) return decides;
      const second = attempt(() => asBoolean(right(frame), operator), frame.meter);
      if (second === decides) return decides;
      if (typeof first !== 'boolean') throw first;
      if (typeof second !== 'boolean') throw second;
      return !decides;
    };
  }

  #compileChoice(parts: readonly [ASTNode, ASTNode, ASTNode], bound: ReadonlySet<string>): Program {
    const condition = this.compile(parts[0], bound);
    const whenTrue = this.compile(parts[1], bound);
    const whenFalse = this.compile(parts[2], bound);
    return (frame) => (asBoolean(condition(frame), '?:') ? whenTrue(frame) : whenFalse(frame));
  }

  #compileList(elements: readonly ASTNode[], bound: ReadonlySet<string>): Program {
    const values = elements.map((element) => this.compile(element, bound));
    return (frame) => frame.meter.built(values.map((value) => value(frame)));
  }

  #compileMap(entries: readonly (readonly [ASTNode, ASTNode])[], bound: ReadonlySet<string>): Program {
    const pairs = entries.map(([key, value]) => [this.compile(key, bound), this.compile(value, bound)] as const);
    return (frame) => {
      const map: Record<string, CelValue> = {};
      for (const [keyOf, valueOf] of pairs) {
        const key = keyOf(frame);
        if (typeof key !== 'string')
          throw new CelEvaluationError(`a key of a map must be a string, not ${typeNameOf(key)}`);
        setOwn(map, key, valueOf(frame));
      }
      return frame.meter.built(map);
    };
  }

  #compileCall(name: string, args: readonly ASTNode[], bound: ReadonlySet<string>): Program {
    if (name === 'has') return this.#compileHas(args, bound);
    const call = FUNCTIONS.get(`${name}/${args.length}`);
    if (call === undefined) throw unknownFunction(name, args.length, FUNCTIONS);
    const pattern = name === 'matches' ? this.#literalPattern(args[1]) : undefined;
    return this.#compileArguments(call, args, bound, pattern);
  }

  #compileMethod(call: readonly [string, ASTNode, readonly ASTNode[]], bound: ReadonlySet<string>): Program {
    const [name, receiver, args] = call;
    const method = METHODS.get(`${name}/${args.length}`);
    if (method === undefined) throw unknownFunction(name, args.length, METHODS);
    const pattern = name === 'matches' ? this.#literalPattern(args[0]) : undefined;
    return this.#compileArguments(method, [receiver, ...args], bound, pattern);
  }

  #compileArguments(
    call: CelFunction,
    args: readonly ASTNode[],
    bound: ReadonlySet<string>,
    literalPattern: string | undefined,
  ): Program {
    const values = args.map((arg) => this.compile(arg, bound));
    const { patterns } = this;
    return (frame) =>
      call(
        values.map((value) => value(frame)),
        { meter: frame.meter, patterns, literalPattern },
      );
  }

  /** Compiles it, so that a wrong one is told with the expression. */
  #literalPattern(pattern: ASTNode | undefined): string | undefined {
    if (pattern?.op !== 'value' || typeof pattern.args !== 'string') return undefined;
    this.patterns.get(pattern.args);
    return pattern.args;
  }

  #compileHas([arg, ...rest]: readonly ASTNode[], bound: ReadonlySet<string>): Program {
    if (arg?.op !== '.' || rest.length > 0)
      throw new ExpressionSyntaxError('has() takes a key of something: has(output.title)');
    const [ownerNode, key] = arg.args;
    const owner = this.compile(ownerNode, bound);
    return (frame) => {
      const value = owner(frame);
      return isMap(value) && Object.hasOwn(value, key);
    };
  }

  #compileComprehension({ kind, range, variable, body }: Comprehension, bound: ReadonlySet<string>): Program {
    const inside = new Set(bound).add(variable);
    const elementsOf = this.compile(range, bound);
    const [first, second] = body.map((part) => this.compile(part, inside)) as [Program, Program | undefined];
    const loop = LOOPS[kind];
    return (frame) => {
      const { meter } = frame;
      const elements = elementsToVisit(elementsOf(frame), meter);
      const local: Local = { name: variable, value: null, outer: frame.local };
      const inner: Frame = { scope: frame.scope, meter, local };
      const visitor =
        (part: Program): Visitor =>
        (element) => {
          local.value = element;
          return part(inner);
        };
      return loop({ elements, meter, first: visitor(first), second: second && visitor(second) });
    };
  }
}

function compileLiteral(value: unknown): Program {
  if (typeof value === 'bigint') {
    try {
      checkedInt(value);
    } catch {
      throw new ExpressionSyntaxError('an integer does not fit into 64 bits');
    }
  } else if (typeof value === 'object' && value !== null) {
    throw new ExpressionSyntaxError('bytes and unsigned integers are not supported');
  }
  return () => value as CelValue;
}

function compileName(name: string, bound: ReadonlySet<string>): Program {
  if (bound.has(name)) return (frame) => readLocal(frame, name);
  const type = TYPES.get(name);
  if (type !== undefined) return () => type;
  return ({ scope }) => {
    const value = Object.hasOwn(scope, name) ? scope[name] : undefined;
    if (value === undefined) throw new CelEvaluationError(`there is no "${name}" here`);
    return value as CelValue;
  };
}

function readLocal({ local }: Frame, name: string): CelValue {
  let current = local as Local;
  while (current.name !== name) current = current.outer as Local;
  return current.value;
}

function unknownFunction(name: string, count: number, known: ReadonlyMap<string, unknown>): ExpressionSyntaxError {
  const names = [...new Set([...known.keys()].map((key) => key.replace(/\/.*/, '')))];
  const wanted = `there is no function ${name} with ${count} argument${count === 1 ? '' : 's'} here`;
  return new ExpressionSyntaxError(`${wanted}; there are ${names.join(', ')}`);
}
