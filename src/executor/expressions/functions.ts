import {
  type CelType,
  type CelTypeName,
  type CelValue,
  CelEvaluationError,
  isList,
  isMap,
  TYPES,
  typeNameOf,
} from './cel-values.js';
import type { Meter } from './meter.js';
import { checkedInt } from './operators.js';
import type { Patterns } from './pattern-cache.js';
import { ExpressionSyntaxError } from '../core/index.js';
import { countPoints, indexOfPoint, lastIndexOfPoint, slicePoints, splitText } from './text.js';

/** What a function needs beside its arguments. */
export interface CallContext {
  readonly meter: Meter;
  readonly patterns: Patterns;
  /** The pattern, where it stands in the expression itself. */
  readonly literalPattern: string | undefined;
}

/** Called with evaluated arguments; a method gets its receiver first. */
export type CelFunction = (args: readonly CelValue[], context: CallContext) => CelValue;

const INSTRUCTIONS_PER_STEP = 32;

function wrongArguments(name: string, args: readonly CelValue[]): CelEvaluationError {
  return new CelEvaluationError(`${name} cannot take ${args.map(typeNameOf).join(', ')}`);
}

/** A function over texts; the texts it reads are counted as steps. */
function onText(name: string, run: (texts: readonly string[], context: CallContext) => CelValue): CelFunction {
  return (args, context) => {
    const texts = args.filter((arg) => typeof arg === 'string');
    if (texts.length < args.length) throw wrongArguments(name, args);
    for (const text of texts) context.meter.spendText(text.length);
    return run(texts, context);
  };
}

/** A function over a text, then further texts, then whole numbers: integers, or doubles without a fraction. */
function onTextAndNumbers(
  name: string,
  numbers: number,
  run: (texts: readonly string[], positions: readonly number[], context: CallContext) => CelValue,
): CelFunction {
  return (args, context) => {
    const positions = args.slice(args.length - numbers).map((arg) => (typeof arg === 'bigint' ? Number(arg) : arg));
    if (!positions.every((position) => Number.isInteger(position))) throw wrongArguments(name, args);
    const withTexts = onText(name, (texts) => run(texts, positions as number[], context));
    return withTexts(args.slice(0, args.length - numbers), context);
  };
}

const size: CelFunction = (args, { meter }) => {
  const value = args[0] as CelValue;
  if (isList(value)) return BigInt(value.length);
  if (isMap(value)) {
    const { length } = Object.keys(value);
    meter.spend(length);
    return BigInt(length);
  }
  if (typeof value !== 'string') throw wrongArguments('size', args);
  meter.spendText(value.length);
  return BigInt(countPoints(value));
};

const matches = onText('matches', ([text = '', source = ''], { meter, patterns, literalPattern }) => {
  try {
    // A literal was compiled with the expression.
    if (source !== literalPattern) meter.spendPattern(source);
    const pattern = patterns.get(source);
    meter.spend(Math.floor((text.length * pattern.size) / INSTRUCTIONS_PER_STEP));
    return pattern.test(text);
  } catch (error) {
    if (error instanceof ExpressionSyntaxError) throw new CelEvaluationError(error.message);
    throw error;
  }
});

const join: CelFunction = (args, { meter }) => {
  const [list, separator = ''] = args;
  if (!isList(list as CelValue) || typeof separator !== 'string') throw wrongArguments('join', args);
  let length = 0;
  for (const element of list as readonly CelValue[]) {
    if (typeof element !== 'string')
      throw new CelEvaluationError(`join takes a list of strings, not of ${typeNameOf(element)}`);
    length += element.length + separator.length;
    meter.spend(1);
  }
  meter.spendText(length);
  return (list as readonly string[]).join(separator);
};

const toInt: CelFunction = (args) => {
  const [value] = args;
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return checkedInt(BigInt(Math.trunc(value)));
  if (typeof value !== 'string') throw wrongArguments('int', args);
  if (!/^-?[0-9]{1,19}$/.test(value)) throw new CelEvaluationError('int cannot read this string');
  return checkedInt(BigInt(value));
};

const toDouble: CelFunction = (args) => {
  const [value] = args;
  if (typeof value === 'bigint' || typeof value === 'number') return Number(value);
  if (typeof value !== 'string') throw wrongArguments('double', args);
  const number = value === '' || value !== value.trim() ? Number.NaN : Number(value);
  if (!Number.isFinite(number)) throw new CelEvaluationError('double cannot read this string');
  return number;
};

const toText: CelFunction = (args) => {
  const value = args[0] as CelValue;
  if (typeof value === 'object') throw wrongArguments('string', args);
  return String(value);
};

const TRUTHS: Readonly<Record<string, boolean>> = {
  true: true,
  True: true,
  TRUE: true,
  false: false,
  False: false,
  FALSE: false,
};

const toBool: CelFunction = (args) => {
  const [value] = args;
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'string') throw wrongArguments('bool', args);
  if (!Object.hasOwn(TRUTHS, value)) throw new CelEvaluationError('bool cannot read this string');
  return TRUTHS[value] as boolean;
};

const typeOf: CelFunction = ([value]) => TYPES.get(typeNameOf(value as CelValue) satisfies CelTypeName) as CelType;

/** Functions by `name/number of arguments`. */
export const FUNCTIONS: ReadonlyMap<string, CelFunction> = new Map([
  ['size/1', size],
  ['matches/2', matches],
  ['int/1', toInt],
  ['double/1', toDouble],
  ['string/1', toText],
  ['bool/1', toBool],
  ['type/1', typeOf],
  ['dyn/1', ([value]) => value as CelValue],
]);

/** Methods by `name/number of arguments`, the receiver not counted. Positions in texts count code points. */
export const METHODS: ReadonlyMap<string, CelFunction> = new Map([
  ['size/0', size],
  ['matches/1', matches],
  ['contains/1', onText('contains', ([text = '', part = '']) => text.includes(part))],
  ['startsWith/1', onText('startsWith', ([text = '', part = '']) => text.startsWith(part))],
  ['endsWith/1', onText('endsWith', ([text = '', part = '']) => text.endsWith(part))],
  ['lowerAscii/0', onText('lowerAscii', ([text = '']) => text.replace(/[A-Z]+/g, (found) => found.toLowerCase()))],
  ['upperAscii/0', onText('upperAscii', ([text = '']) => text.replace(/[a-z]+/g, (found) => found.toUpperCase()))],
  ['trim/0', onText('trim', ([text = '']) => text.trim())],
  ['indexOf/1', onText('indexOf', ([text = '', part = '']) => BigInt(indexOfPoint(text, part, 0)))],
  [
    'indexOf/2',
    onTextAndNumbers('indexOf', 1, ([text = '', part = ''], [from = 0]) => BigInt(indexOfPoint(text, part, from))),
  ],
  ['lastIndexOf/1', onText('lastIndexOf', ([text = '', part = '']) => BigInt(lastIndexOfPoint(text, part)))],
  ['substring/1', onTextAndNumbers('substring', 1, ([text = ''], [start = 0]) => slicePoints(text, start))],
  ['substring/2', onTextAndNumbers('substring', 2, ([text = ''], [start = 0, end]) => slicePoints(text, start, end))],
  [
    'split/1',
    onText('split', ([text = '', separator = ''], { meter }) => {
      const parts = splitText(text, separator);
      meter.spend(parts.length);
      return meter.built(parts);
    }),
  ],
  ['join/0', join],
  ['join/1', join],
]);
