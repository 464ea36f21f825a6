import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import type { CliContext } from '../cli-context.js';
import { CliError, hasCode, messageOf } from '../cli-errors.js';

/** The text of a file, `-` being the standard input; a byte order mark is dropped. @throws {CliError} naming the file. */
export async function readTextFile(path: string, { cwd, stdin }: Pick<CliContext, 'cwd' | 'stdin'>): Promise<string> {
  if (path === '-') return (await readAll(stdin)).replace(/^\ufeff/, '');
  return decode(path, await readBytes(path, cwd));
}

async function readBytes(path: string, cwd: string): Promise<Uint8Array> {
  try {
    return await readFile(resolve(cwd, path));
  } catch (error) {
    throw new CliError(`cannot read ${path}: ${readFaultOf(error)}`, { cause: error });
  }
}

function decode(path: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new CliError(`cannot read ${path}: ${readFaultOf(error)}`, { cause: error });
  }
}

/** Why a file could not be read, for a message that names it. */
export function readFaultOf(error: unknown): string {
  if (hasCode(error, 'ENOENT')) return 'there is no such file';
  if (hasCode(error, 'EISDIR')) return 'it is a folder';
  if (hasCode(error, 'EACCES')) return 'permission denied';
  if (hasCode(error, 'ERR_ENCODING_INVALID_ENCODED_DATA')) return 'it is not UTF-8 text';
  return messageOf(error);
}
