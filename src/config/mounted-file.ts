import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

/** More than any key takes; what is larger is the wrong file. */
const MAX_BYTES = 1_048_576;
const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** The text of a file, or what it should have been. */
export type TextFile = { readonly ok: true; readonly text: string } | Refused;

interface Refused {
  readonly ok: false;
  /** Ends a sentence that begins with "takes"; it shows nothing of the file. */
  readonly takes: string;
  /** There is no such file. */
  readonly isMissing: boolean;
}

/** Reads a value from the file at `path`, without the one newline that editors put at the end. */
export function readMountedFile(path: string): TextFile {
  const file = readTextFile(path);
  if (!file.ok) return ofPath(file);
  const text = file.text.replace(/\r?\n$/, '');
  return text.trim() === '' ? ofPath(refused('that is not empty')) : { ok: true, text };
}

/** Reads the file at `path` as UTF-8, without a byte order mark. It waits for no pipe and reads no device. */
export function readTextFile(path: string): TextFile {
  let bytes: Buffer | undefined;
  try {
    bytes = readRegularFile(path);
  } catch (error) {
    const reason = reasonOf(error);
    return { ...refused(`that can be read (${reason})`), isMissing: reason === 'ENOENT' };
  }
  if (bytes === undefined) return refused('that is neither a folder nor a device');
  if (bytes.length > MAX_BYTES) return refused(`of at most ${MAX_BYTES} bytes`);
  const text = decode(bytes);
  return text === undefined ? refused('that holds UTF-8 text') : { ok: true, text };
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
    const text = UTF8.decode(bytes);
    // UTF-16 may pass for it.
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}

/** `ENOENT` and the like. */
function reasonOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'no name of a file';
}

function ofPath(file: Refused): Refused {
  return { ...file, takes: `the path of ${file.takes}` };
}

function refused(what: string): Refused {
  return { ok: false, takes: `a file ${what}`, isMissing: false };
}
