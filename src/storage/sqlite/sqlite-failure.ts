import { JournalUnavailableError } from '../storage.errors.js';

/** What keeps SQLite from storing or reading, by the first two words of its result code. */
const UNAVAILABLE: ReadonlyMap<string, string> = new Map([
  ['SQLITE_FULL', 'the disk is full'],
  ['SQLITE_IOERR', 'the disk reported an error'],
  ['SQLITE_BUSY', 'another process has locked the database'],
  ['SQLITE_LOCKED', 'another process has locked the database'],
  ['SQLITE_PROTOCOL', 'another process has locked the database'],
  ['SQLITE_READONLY', 'the database file cannot be written'],
  ['SQLITE_PERM', 'the rights to the database file do not suffice'],
  ['SQLITE_CANTOPEN', 'the database file cannot be opened'],
  ['SQLITE_NOMEM', 'no memory is left'],
  ['SQLITE_CORRUPT', 'the database file is damaged'],
  ['SQLITE_NOTADB', 'the file is no SQLite database'],
]);

/** Why the database cannot be used, if that is what `error` says; undefined for any other error. */
export function unavailability(error: unknown): string | undefined {
  const code = primaryCode(error);
  return code === undefined ? undefined : UNAVAILABLE.get(code);
}

/** True if another process holds the lock: the same statement may well succeed later. */
export function isLocked(error: unknown): boolean {
  const code = primaryCode(error);
  return code === 'SQLITE_BUSY' || code === 'SQLITE_LOCKED';
}

/** `error` itself, or the `JournalUnavailableError` that it amounts to. */
export function toStorageError(error: unknown): Error {
  const reason = unavailability(error);
  // Everything that is thrown in here is an Error.
  if (reason === undefined) return error as Error;
  return new JournalUnavailableError(`the database is unavailable: ${reason}`, { cause: error });
}

/** `SQLITE_IOERR` of `SQLITE_IOERR_WRITE`. */
function primaryCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error) || typeof error.code !== 'string')
    return undefined;
  return /^SQLITE_[A-Z]+/.exec(error.code)?.[0];
}
