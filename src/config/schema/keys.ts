import {
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsNumber,
  IsOptional,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
} from 'class-validator';
import { declareKey, type KeySpec } from './key-spec.js';
import { parseFlag, parseInteger, parseList, parseNumber, parseText } from './parse-text.js';

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
  readonly optional?: boolean;
}

interface ListOptions extends KeyOptions {
  readonly pattern: RegExp;
  readonly takes: string;
}

/** A whole number between `min` and `max`, both included. */
export function IntegerKey(name: string, options: RangeOptions): PropertyDecorator {
  const takes = `an integer from ${options.min} to ${options.max}${unitOf(options)}`;
  return key(name, takes, options, parseInteger, [IsInt(), Min(options.min), Max(options.max)]);
}

/** A number between `min` and `max`, both included. */
export function NumberKey(name: string, options: RangeOptions): PropertyDecorator {
  const takes = `a number from ${options.min} to ${options.max}${unitOf(options)}`;
  return key(name, takes, options, parseNumber, [IsNumber(), Min(options.min), Max(options.max)]);
}

/** True or false. */
export function FlagKey(name: string, options: KeyOptions): PropertyDecorator {
  return key(name, 'true or false (also 1, 0, yes, no)', options, parseFlag, [IsBoolean()]);
}

/** One of a closed set of words. */
export function ChoiceKey(name: string, choices: readonly string[], options: KeyOptions): PropertyDecorator {
  return key(name, `one of ${choices.join(', ')}`, options, parseText, [IsIn([...choices])]);
}

/** A line of text. */
export function TextKey(name: string, options: TextOptions): PropertyDecorator {
  const checks = [IsString(), MinLength(1), MaxLength(options.maxLength)];
  if (options.pattern !== undefined) checks.push(Matches(options.pattern));
  if (options.optional === true) checks.push(IsOptional());
  return key(name, options.takes, options, parseText, checks);
}

/** A JSON array of strings. */
export function ListKey(name: string, options: ListOptions): PropertyDecorator {
  const checks = [IsArray(), IsString({ each: true }), Matches(options.pattern, { each: true })];
  return key(name, options.takes, options, parseList, checks);
}

function key(
  name: string,
  takes: string,
  options: KeyOptions,
  parse: KeySpec['parse'],
  checks: readonly PropertyDecorator[],
): PropertyDecorator {
  return (prototype, property) => {
    for (const check of checks) check(prototype, property);
    declareKey(prototype, {
      name,
      field: String(property),
      takes,
      description: options.description,
      secret: options.secret ?? false,
      defaultNote: options.defaultNote,
      parse,
    });
  };
}

function unitOf(options: RangeOptions): string {
  return options.unit === undefined ? '' : ` ${options.unit}`;
}
