import { z } from 'zod';
import { declareKey, type KeySpec } from './key-spec.js';
import { parseFlag, parseInteger, parseList, parseNumber, parseObject, parseText } from './parse-text.js';

interface KeyOptions {
  readonly description: string;
  readonly secret?: boolean;
  readonly defaultNote?: string;
}

interface RangeOptions extends KeyOptions {
  readonly min: number;
  readonly max: number;
  /** Plural, such as `seconds`. */
  readonly unit?: string;
}

interface TextOptions extends KeyOptions {
  readonly maxLength: number;
  readonly pattern?: RegExp;
  /** What `pattern` accepts, in words. */
  readonly takes: string;
}

interface ListOptions extends KeyOptions {
  readonly pattern: RegExp;
  readonly takes: string;
}

/** A whole number between `min` and `max`, both included. */
export function IntegerKey(name: string, options: RangeOptions): PropertyDecorator {
  const takes = `an integer from ${options.min} to ${options.max}${unitOf(options)}`;
  return key(name, takes, options, parseInteger, z.int().min(options.min).max(options.max));
}

/** A number between `min` and `max`, both included. */
export function NumberKey(name: string, options: RangeOptions): PropertyDecorator {
  const takes = `a number from ${options.min} to ${options.max}${unitOf(options)}`;
  return key(name, takes, options, parseNumber, z.number().min(options.min).max(options.max));
}

/** True or false. */
export function FlagKey(name: string, options: KeyOptions): PropertyDecorator {
  return key(name, 'true or false (also 1, 0, yes, no)', options, parseFlag, z.boolean());
}

/** One of a closed set of words. */
export function ChoiceKey(name: string, choices: readonly string[], options: KeyOptions): PropertyDecorator {
  return key(name, `one of ${choices.join(', ')}`, options, parseText, z.enum(choices));
}

/** A line of text. */
export function TextKey(name: string, options: TextOptions): PropertyDecorator {
  const { maxLength, pattern, takes } = options;
  const text = z.string().min(1).max(maxLength);
  return key(name, takes, options, parseText, pattern === undefined ? text : text.regex(pattern));
}

/** The base URL of a service that is called over HTTP. What is secret does not belong into it: it is shown. */
export function HttpUrlKey(name: string, options: KeyOptions): PropertyDecorator {
  const takes = 'an http or https URL without user, query and fragment';
  return key(name, takes, options, parseText, z.string().max(2_048).refine(isPlainHttpUrl));
}

/** A JSON array of strings. */
export function ListKey(name: string, options: ListOptions): PropertyDecorator {
  return key(name, options.takes, options, parseList, z.array(z.string().regex(options.pattern)));
}

/** A JSON object of texts: names that match `pattern`, values of one line. */
export function TextMapKey(name: string, options: ListOptions): PropertyDecorator {
  const value = z.string().regex(/^[\t\x20-\x7e]*$/);
  const names = z.string().regex(options.pattern);
  return key(name, options.takes, options, parseObject, z.record(names, value));
}

function key(
  name: string,
  takes: string,
  options: KeyOptions,
  parse: KeySpec['parse'],
  schema: z.ZodType,
): PropertyDecorator {
  return (prototype, property) => {
    declareKey(prototype, {
      name,
      field: String(property),
      takes,
      description: options.description,
      secret: options.secret ?? false,
      defaultNote: options.defaultNote,
      parse,
      schema,
    });
  };
}

function isPlainHttpUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return ['http:', 'https:'].includes(protocol) && username === '' && password === '' && !/[?#]/.test(text);
}

function unitOf(options: RangeOptions): string {
  return options.unit === undefined ? '' : ` ${options.unit}`;
}
