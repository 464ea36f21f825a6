import { JournalUnavailableError } from '../storage.errors.js';

/** What the drivers say when the server or the connection to it is the reason, not the statement. */
const CONNECTION_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'PROTOCOL_CONNECTION_LOST',
  'PROTOCOL_ENQUEUE_AFTER_FATAL_ERROR',
  'ER_CON_COUNT_ERROR',
  'ER_SERVER_SHUTDOWN',
]);

/** Classes of SQLSTATE: connection exception, insufficient resources, operator intervention, system error. */
const UNAVAILABLE_CLASSES: ReadonlySet<string> = new Set(['08', '53', '57', '58']);

/** `error` itself, or the `JournalUnavailableError` that it amounts to. */
export function toStorageError(error: unknown): Error {
  if (isUnavailable(error)) {
    return new JournalUnavailableError('the database is unavailable: its server cannot be reached', { cause: error });
  }
  // Everything that is thrown in here is an Error.
  return error as Error;
}

function isUnavailable(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || !('code' in error) || typeof error.code !== 'string') return false;
  return (
    CONNECTION_CODES.has(error.code) || (error.code.length === 5 && UNAVAILABLE_CLASSES.has(error.code.slice(0, 2)))
  );
}
