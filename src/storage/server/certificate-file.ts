import { readFileSync } from 'node:fs';
import { DatabaseUrlError } from '../storage.errors.js';
import { driverErrorOf } from './driver-error.js';

/**
 * The text of a file that a parameter of `DATABASE__URL` names.
 *
 * @throws {DatabaseUrlError} which names the parameter, and not the file.
 */
export function certificateFile(parameter: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = driverErrorOf(error)?.code ?? 'for some reason';
    throw new DatabaseUrlError(`DATABASE__URL: ${parameter} names a file that cannot be read (${code})`, {
      cause: error,
    });
  }
}
