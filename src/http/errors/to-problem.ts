import { HttpException } from '@nestjs/common';
import { CorruptJournalError } from '../../executor/core/index.js';
import {
  DatabaseLostError,
  IdempotencyConflictError,
  JournalBusyError,
  JournalUnavailableError,
  UnsettledWriteError,
} from '../../storage/index.js';
import { type ProblemCode, ProblemError } from '../problem/index.js';

const RETRY_STORAGE_SEC = 2;

/** Nothing was stored; the same request may succeed later, or at the process that owns the database by then. */
const STORAGE_ERRORS = [JournalUnavailableError, JournalBusyError, DatabaseLostError];

/** Codes for errors that come with a status alone, from Nest or from express. */
const CODE_BY_STATUS: ReadonlyMap<number, ProblemCode> = new Map([
  [401, 'unauthorized'],
  [403, 'forbidden'],
  [404, 'not-found'],
  [405, 'method-not-allowed'],
  [413, 'payload-too-large'],
  [415, 'unsupported-media-type'],
]);

/** The problem that answers whatever was thrown. What is not meant for clients becomes `internal-error`, bare. */
export function toProblem(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  if (error instanceof UnsettledWriteError) {
    const detail =
      'the connection to the database was lost: whether the request was carried out is not known; ask, or repeat it with its ' +
      'Idempotency-Key';
    return new ProblemError('storage-unavailable', detail, { retryAfterSec: RETRY_STORAGE_SEC, cause: error });
  }
  if (STORAGE_ERRORS.some((type) => error instanceof type)) {
    const detail = 'the database cannot store anything now; nothing was changed, try again';
    return new ProblemError('storage-unavailable', detail, { retryAfterSec: RETRY_STORAGE_SEC, cause: error });
  }
  if (error instanceof IdempotencyConflictError) {
    const detail = 'another request with this Idempotency-Key is being answered';
    return new ProblemError('idempotency-in-flight', detail, { retryAfterSec: 1, cause: error });
  }
  if (error instanceof CorruptJournalError) return new ProblemError('run-damaged', error.message, { cause: error });
  return fromStatus(error) ?? internalError(error);
}

function fromStatus(error: unknown): ProblemError | undefined {
  const status = clientStatusOf(error);
  if (status === undefined) return undefined;
  const detail = error instanceof URIError ? 'the path holds a malformed percent-encoding' : messageOf(error);
  return new ProblemError(CODE_BY_STATUS.get(status) ?? 'bad-request', detail, { cause: error });
}

/** A status of the 4xx range on an error whose message is meant for the client. */
function clientStatusOf(error: unknown): number | undefined {
  const status = error instanceof HttpException ? error.getStatus() : exposedStatusOf(error);
  return status !== undefined && status >= 400 && status < 500 ? status : undefined;
}

function exposedStatusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('status' in error) || typeof error.status !== 'number') return undefined;
  const isExposed = error instanceof URIError || ('expose' in error && error.expose === true);
  return isExposed ? error.status : undefined;
}

function messageOf(error: unknown): string {
  if (error instanceof HttpException && error.cause instanceof URIError)
    return 'the path holds a malformed percent-encoding';
  return error instanceof Error ? error.message : 'the request cannot be understood';
}

function internalError(error: unknown): ProblemError {
  const detail = 'the request failed for a reason that is not its fault; the log has it under this request_id';
  return new ProblemError('internal-error', detail, { cause: error });
}
