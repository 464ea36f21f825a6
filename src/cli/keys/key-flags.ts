import type { z } from 'zod';
import { ProblemError, ZodBodyPipe } from '../../http/index.js';
import { CliError } from '../cli-errors.js';

/** The flag that a field of the API's body is given by. */
const FLAGS: readonly (readonly [pointer: RegExp, flag: string])[] = [
  [/^\/name$/, '--name'],
  [/^\/scopes(?:\/|$)/, '--scope'],
  [/^\/namespace$/, '--namespace'],
  [/^\/expires_at$/, '--expires'],
  [/^\/overlap_sec$/, '--overlap'],
];

/** The body, if it is one that the API would take. @throws {CliError} with a line per fault, in the words of the API. */
export function judged<Schema extends z.ZodType>(schema: Schema, body: unknown): z.input<Schema> {
  try {
    return new ZodBodyPipe(schema, 'key-invalid').transform(body);
  } catch (error) {
    throw toCliError(error);
  }
}

/** A problem of the API as an error of the command line; anything else as it is. */
export function toCliError(error: unknown): unknown {
  if (!(error instanceof ProblemError)) return error;
  const faults = (error.errors ?? []).map(({ pointer = '', message }) => `${flagOf(pointer)}: ${message}`);
  return new CliError(faults.length === 0 ? error.message : 'the flags do not make a key', { faults, cause: error });
}

function flagOf(pointer: string): string {
  return FLAGS.find(([pattern]) => pattern.test(pointer))?.[1] ?? pointer;
}
