import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

/** More than any key takes; what is larger is the wrong file. */
const MAX_BYTES = 1_048_576;
const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** The text of a mounted file, or what it should have been. */
export type MountedFile =
  | { readonly ok: true; readonly text: string }
  /** `takes` ends a sentence that begins with "takes"; it shows nothing of the file. */
  | { readonly ok: false; readonly takes: string };

/** Reads a value from the file at `path`, without the one newline that editors put at the end. */
export function readMountedFile(path: string): MountedFile {
  let bytes: Buffer | undefined;
  try {
    bytes = readRegularFile(path);
  } catch (error) {
    return refused(`that can be read (${reasonOf(error)})`);
  }
  if (bytes === undefined) return refused('that is neither a folder nor a device');
  if (bytes.length > MAX_BYTES) return refused(`of at most ${MAX_BYTES} bytes`);
  const text = decode(bytes)?.replace(/\r?\n$/, '');
  if (text === undefined) return refused('that holds UTF-8 text');
  return text.trim() === '' ? refused('that is not empty') : { ok: true, text };
}

/** At most one byte more than is allowed; undefined if it is something else than a file. */
function readRegularFile(path: string): Buffer | undefined {
  // Opening a pipe would wait for its writer.
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    if (!fstatSync(file).isFile()) return undefined;
    const buffer = Buffer.alloc(MAX_BYTES + 1);
    let length = 0;
    let read: number;
    do {
      read = readSync(file, buffer, length, buffer.length - length, null);
      length += read;
    } while (read > 0 && length < buffer.length);
    return buffer.subarray(0, length);
  } finally {
    closeSync(file);
  }
}

function decode(bytes: Buffer): string | undefined {
  try {
    return UTF8.decode(bytes);
  } catch {
    return undefined;
  }
}

/** `ENOENT` and the like. */
function reasonOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'no name of a file';
}

function refused(what: string): MountedFile {
  return { ok: false, takes: `the path of a file ${what}` };
}
