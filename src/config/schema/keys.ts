import { z } from 'zod';
import { entryFaults } from './entry-faults.js';
import { declareKey, type KeySpec } from './key-spec.js';
import { parseFlag, parseInteger, parseList, parseNumber, parseObject, parseText } from './parse-text.js';

export interface KeyOptions {
  readonly description: string;
  readonly secret?: boolean;
  readonly defaultNote?: string;
  /** Whether it may change while the process runs: then it is read at the time of use, never kept. */
  readonly reloadable?: boolean;
}

interface RangeOptions extends KeyOptions {
  readonly min: number;
  readonly max: number;
  /** Plural, such as `seconds`. */
  readonly unit?: string;
  /** Where the bounds alone do not say why. */
  readonly takes?: string;
}

interface TextOptions extends KeyOptions {
  readonly maxLength: number;
  readonly pattern?: RegExp;
  /** What `pattern` accepts, in words. */
  readonly takes: string;
}

interface EntriesOptions extends KeyOptions {
  /** Judges the whole list; its messages end a sentence that begins with "takes". */
  readonly schema: z.ZodType;
  /** The fields of an entry. */
  readonly fields: readonly string[];
}

interface ChoiceOptions extends KeyOptions {
  /** Where the choices alone do not say why. */
  readonly takes?: string;
}

interface ListOptions extends KeyOptions {
  readonly pattern: RegExp;
  readonly takes: string;
}

/** A whole number between `min` and `max`, both included. */
export function IntegerKey(name: string, options: RangeOptions): PropertyDecorator {
  const takes = options.takes ?? `an integer from ${options.min} to ${options.max}${unitOf(options)}`;
  return declareKeyOf(name, takes, options, parseInteger, z.int().min(options.min).max(options.max));
}

/** A number between `min` and `max`, both included. */
export function NumberKey(name: string, options: RangeOptions): PropertyDecorator {
  const takes = options.takes ?? `a number from ${options.min} to ${options.max}${unitOf(options)}`;
  return declareKeyOf(name, takes, options, parseNumber, z.number().min(options.min).max(options.max));
}

/** True or false. */
export function FlagKey(name: string, options: KeyOptions): PropertyDecorator {
  return declareKeyOf(name, 'true or false (also 1, 0, yes, no)', options, parseFlag, z.boolean());
}

/** One of a closed set of words. */
export function ChoiceKey(name: string, choices: readonly string[], options: ChoiceOptions): PropertyDecorator {
  return declareKeyOf(name, options.takes ?? `one of ${choices.join(', ')}`, options, parseText, z.enum(choices));
}

/** A line of text. */
export function TextKey(name: string, options: TextOptions): PropertyDecorator {
  const { maxLength, pattern, takes } = options;
  const text = z.string().min(1).max(maxLength);
  return declareKeyOf(name, takes, options, parseText, pattern === undefined ? text : text.regex(pattern));
}

/** The base URL of a service that is called over HTTP. What is secret does not belong into it: it is shown. */
export function HttpUrlKey(name: string, options: KeyOptions): PropertyDecorator {
  const takes = 'an http or https URL without user, query and fragment';
  return declareKeyOf(name, takes, options, parseText, z.string().max(2_048).refine(isPlainHttpUrl));
}

/** A JSON array of strings. */
export function ListKey(name: string, options: ListOptions): PropertyDecorator {
  return declareKeyOf(name, options.takes, options, parseList, z.array(z.string().regex(options.pattern)));
}

/** A JSON array of objects, with a fault for each wrong field of each of them. */
export function EntriesKey(name: string, options: EntriesOptions): PropertyDecorator {
  const { schema, fields } = options;
  const takes = `a JSON array of objects with the fields ${fields.join(', ')}`;
  return declareKeyOf(name, takes, options, parseList, schema, (error) => entryFaults(error, fields));
}

/** A JSON object of texts: names that match `pattern`, values of one line. */
export function TextMapKey(name: string, options: ListOptions): PropertyDecorator {
  const value = z.string().regex(/^[\t\x20-\x7e]*$/);
  const names = z.string().regex(options.pattern);
  return declareKeyOf(name, options.takes, options, parseObject, z.record(names, value));
}

/** A key of a kind of its own; the functions above and beside this file say which kinds there are. */
export function declareKeyOf(
  name: string,
  takes: string,
  options: KeyOptions,
  parse: KeySpec['parse'],
  schema: z.ZodType,
  explain?: KeySpec['explain'],
): PropertyDecorator {
  return (prototype, property) => {
    declareKey(prototype, {
      name,
      field: String(property),
      takes,
      description: options.description,
      secret: options.secret ?? false,
      defaultNote: options.defaultNote,
      reloadable: options.reloadable ?? false,
      parse,
      schema,
      explain,
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
