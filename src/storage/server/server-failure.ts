import { constraintErrorOf } from './constraint-error.js';
import { driverErrorOf } from './driver-error.js';
import { JournalUnavailableError } from '../storage.errors.js';
import { tlsFailure } from '../tls-failure.js';

/**
 * Why a statement failed that is not to blame for it. `broken`: the connection is gone, and nobody knows what became of the
 * statement. `conflict`: another transaction was in the way, and everything was rolled back. `refused`: the server did not do it.
 */
export interface ServerFailure {
  readonly kind: 'broken' | 'conflict' | 'refused';
  /** In words. */
  readonly reason: string;
  /** The connection leads to a server that takes no writes; another may lead elsewhere. */
  readonly isStandby: boolean;
}

const IDLE = 'its server has ended a transaction in which nothing was said for too long';
const AWAY = 'its server cannot be reached';
const SILENT = 'its server does not answer';
const ENDING = 'its server is stopping or starting';
const FULL = 'its server has no room or memory left';
const CROWDED = 'its server takes no more connections';
const STANDBY = 'its server takes no writes';
const CONFLICT = 'too many transactions are in the way of each other';
const TOO_LARGE = 'its max_allowed_packet is too small for what is to be stored: raise it on the server';
const DAMAGED = 'its server reports damage or a failing disk';

const broken = (reason: string): ServerFailure => ({ kind: 'broken', reason, isStandby: false });
const refused = (reason: string): ServerFailure => ({ kind: 'refused', reason, isStandby: false });
const conflict: ServerFailure = { kind: 'conflict', reason: CONFLICT, isStandby: false };
const standby: ServerFailure = { kind: 'refused', reason: STANDBY, isStandby: true };

/** What system and drivers say, and MySQL by its own names. */
const BY_CODE: ReadonlyMap<string, ServerFailure> = new Map([
  ['ECONNREFUSED', broken(AWAY)],
  ['ECONNRESET', broken(AWAY)],
  ['EPIPE', broken(AWAY)],
  ['ETIMEDOUT', broken(SILENT)],
  ['ENOTFOUND', broken(AWAY)],
  ['EAI_AGAIN', broken(AWAY)],
  ['EHOSTUNREACH', broken(AWAY)],
  ['EHOSTDOWN', broken(AWAY)],
  ['ENETUNREACH', broken(AWAY)],
  ['ENETDOWN', broken(AWAY)],
  ['ECONNABORTED', broken(AWAY)],
  ['ENOENT', broken(AWAY)],
  ['PROTOCOL_CONNECTION_LOST', broken(AWAY)],
  ['PROTOCOL_ENQUEUE_AFTER_FATAL_ERROR', broken(AWAY)],
  ['PROTOCOL_SEQUENCE_TIMEOUT', broken(SILENT)],
  ['ER_SERVER_SHUTDOWN', broken(ENDING)],
  ['ER_NORMAL_SHUTDOWN', broken(ENDING)],
  ['ER_CONNECTION_KILLED', broken(ENDING)],
  ['ER_SESSION_WAS_KILLED', broken(ENDING)],
  // MySQL says it where MariaDB only closes the connection: nothing was asked over it for `wait_timeout`, in a transaction or not.
  ['ER_CLIENT_INTERACTION_TIMEOUT', broken(AWAY)],
  ['ER_SERVER_OFFLINE_MODE', broken(ENDING)],
  ['ER_NEW_ABORTING_CONNECTION', broken(ENDING)],
  ['ER_ABORTING_CONNECTION', broken(ENDING)],
  ['ER_CON_COUNT_ERROR', refused(CROWDED)],
  ['ER_TOO_MANY_USER_CONNECTIONS', refused(CROWDED)],
  ['ER_USER_LIMIT_REACHED', refused(CROWDED)],
  ['ER_QUERY_INTERRUPTED', refused(SILENT)],
  ['ER_QUERY_TIMEOUT', refused(SILENT)],
  ['ER_STATEMENT_TIMEOUT', refused(SILENT)],
  ['ER_DISK_FULL', refused(FULL)],
  ['ER_RECORD_FILE_FULL', refused(FULL)],
  ['ER_OUTOFMEMORY', refused(FULL)],
  ['ER_OUT_OF_RESOURCES', refused(FULL)],
  ['ER_NET_PACKET_TOO_LARGE', refused(TOO_LARGE)],
  // Of a value that is put together of parts, each of which was small enough.
  ['ER_WARN_ALLOWED_PACKET_OVERFLOWED', refused(TOO_LARGE)],
  ['ER_ERROR_ON_WRITE', refused(DAMAGED)],
  ['ER_ERROR_ON_READ', refused(DAMAGED)],
  ['ER_ERROR_DURING_COMMIT', refused(DAMAGED)],
  ['ER_GET_ERRNO', refused(DAMAGED)],
  ['ER_OPTION_PREVENTS_STATEMENT', standby],
  ['ER_READ_ONLY_MODE', standby],
  ['ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION', standby],
  ['ER_LOCK_DEADLOCK', conflict],
  ['ER_LOCK_WAIT_TIMEOUT', conflict],
  ['ER_CHECKREAD', conflict],
  // Another member of a replication group was faster.
  ['ER_TRANSACTION_ROLLBACK_DURING_COMMIT', conflict],
  // PostgreSQL
  ['40001', conflict],
  ['40P01', conflict],
  ['55P03', conflict],
  ['25006', standby],
  ['57014', refused(SILENT)],
  ['53300', refused(CROWDED)],
  ['57P03', broken(ENDING)],
  // It ends the connection: one that is idle within a transaction, one that is idle, a transaction that takes too long.
  ['25P03', broken(IDLE)],
  ['57P05', broken(AWAY)],
  ['25P04', broken(IDLE)],
  ['XX001', refused(DAMAGED)],
  ['XX002', refused(DAMAGED)],
]);

/** By the class of an SQLSTATE: connection exception, insufficient resources, operator intervention, system error. */
const BY_CLASS: ReadonlyMap<string, ServerFailure> = new Map([
  ['08', broken(AWAY)],
  ['53', refused(FULL)],
  ['57', broken(ENDING)],
  ['58', refused(DAMAGED)],
]);

/** The driver of PostgreSQL has no codes for what it meets itself. */
const BY_MESSAGE: readonly (readonly [RegExp, ServerFailure])[] = [
  [
    /^timeout exceeded when trying to connect|^Connection terminated due to connection timeout|^timeout expired/,
    broken(SILENT),
  ],
  [/^Connection terminated|not queryable|^Client was closed|^Connection ended/, broken(AWAY)],
  // mysql2
  [/closed state|Connection lost|Pool is closed/i, broken(AWAY)],
];

/** Undefined for an error that is the statement's own. */
export function failureOf(error: unknown): ServerFailure | undefined {
  const found = driverErrorOf(error);
  if (found === undefined) return undefined;
  const { code, message } = found;
  if (code === undefined) return BY_MESSAGE.find(([pattern]) => pattern.test(message))?.[1];
  const untrusted = tlsFailure(found);
  // A certificate that has expired since the start, say: the next one may be good.
  if (untrusted !== undefined) return broken(untrusted);
  return BY_CODE.get(code) ?? (/^[0-9A-Z]{5}$/.test(code) ? BY_CLASS.get(code.slice(0, 2)) : undefined);
}

/** True where asking again, later or elsewhere, may help. */
export function isAway(error: unknown): boolean {
  return error instanceof JournalUnavailableError || failureOf(error) !== undefined;
}

/** `error` itself, or the `JournalUnavailableError` that it amounts to. */
export function toStorageError(error: unknown): Error {
  const failure = failureOf(error);
  if (failure !== undefined) {
    return new JournalUnavailableError(`the database is unavailable: ${failure.reason}`, { cause: error });
  }
  // Everything that is thrown in here is an Error.
  return constraintErrorOf(error) ?? (error as Error);
}

/** A server that has not answered in time: whether it did what it was asked is not known. */
export class ServerSilentError extends Error {
  override readonly name = 'ServerSilentError';
  readonly code = 'ETIMEDOUT';
  constructor(timeoutMs: number) {
    super(`the database server has not answered for ${timeoutMs} ms`);
  }
}

/** Another transaction did meanwhile what this one was about to do: it finds that when it runs again. */
export class OvertakenError extends Error {
  override readonly name = 'OvertakenError';
  /** That of a serialization failure. */
  readonly code = '40001';
}
