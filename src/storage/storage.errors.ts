/** Another session took the run over: the one that sees this drops the run and never writes to it again. */
export class StaleWriterError extends Error {
  override readonly name = 'StaleWriterError';
  constructor(readonly runId: string) {
    super(`run ${runId} is owned by another session`);
  }
}

/** The database cannot store anything now (disk full, I/O error, locked by another process). Nothing was stored. */
export class JournalUnavailableError extends Error {
  override readonly name = 'JournalUnavailableError';
}

/** More is waiting to be written than the buffer may hold. Nothing was stored. */
export class JournalBusyError extends Error {
  override readonly name = 'JournalBusyError';
}

/** The idempotency key was taken by another request meanwhile. Nothing was stored. */
export class IdempotencyConflictError extends Error {
  override readonly name = 'IdempotencyConflictError';
}
