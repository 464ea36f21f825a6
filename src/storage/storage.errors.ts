/** Another session took the run over: the one that sees this drops the run and never writes to it again. */
export class StaleWriterError extends Error {
  override readonly name = 'StaleWriterError';
  constructor(readonly runId: string) {
    super(`run ${runId} is owned by another session`);
  }
}

/** Another process owns the database now: whoever sees this stops working on it. Nothing was stored. */
export class DatabaseLostError extends Error {
  override readonly name = 'DatabaseLostError';
  constructor() {
    super('another process has taken the database over');
  }
}

/** The database cannot store anything now (disk full, I/O error, locked by another process). Nothing was stored. */
export class JournalUnavailableError extends Error {
  override readonly name = 'JournalUnavailableError';
}

/**
 * The connection was lost before the answer to a commit came, and what became of it could not be read for as long as a
 * statement may take: it may be stored. It is not written again by anybody who has not read whether it is.
 */
export class UnsettledWriteError extends JournalUnavailableError {
  constructor(cause: unknown) {
    super('the connection to the database was lost: it is not known whether the last write was stored', { cause });
  }
}

/** A row breaks a rule of the schema, which is a fault of the program. Nothing was stored; the message holds no values. */
export class ConstraintError extends Error {
  override readonly name = 'ConstraintError';
}

/** More is waiting to be written than the buffer may hold. Nothing was stored. */
export class JournalBusyError extends Error {
  override readonly name = 'JournalBusyError';
}

/** A file that a retry is to take over is not there any more: the retried run was deleted meanwhile. Nothing was stored. */
export class RetriedRunGoneError extends Error {
  override readonly name = 'RetriedRunGoneError';
}

/** The idempotency key was taken by another request meanwhile. Nothing was stored. */
export class IdempotencyConflictError extends Error {
  override readonly name = 'IdempotencyConflictError';
}

/** DATABASE__URL names no database that can be used. The message holds nothing of the URL but its scheme. */
export class DatabaseUrlError extends Error {
  override readonly name = 'DatabaseUrlError';
}

/** The database cannot be opened: a missing folder, missing rights, a file that is no database. */
export class DatabaseOpenError extends Error {
  override readonly name = 'DatabaseOpenError';
}

/** The schema is to be changed while a process that does not know the change runs on the database. Nothing was changed. */
export class MigrationBlockedError extends Error {
  override readonly name = 'MigrationBlockedError';
  /** @param owner Which process. */
  constructor(readonly owner: string) {
    super(
      `the database has to be upgraded for this version, and the process ${owner} runs on it with an older one: stop that ` +
        'process first',
    );
  }
}

/** A newer version of the program has changed the schema of this database; an older one must not write to it. */
export class DatabaseTooNewError extends Error {
  override readonly name = 'DatabaseTooNewError';
  /**
   * @param databaseVersion The newest migration of the database.
   * @param programVersion The newest migration that this program knows.
   */
  constructor(
    readonly databaseVersion: string,
    readonly programVersion: string,
  ) {
    super(
      `the database has the schema version ${databaseVersion}, this program knows versions up to ${programVersion}: ` +
        'start the newer program that wrote it, or set DATABASE__URL to another database',
    );
  }
}

/** `wand db copy` fills this database and has not finished: half of an installation must not be served. */
export class IncompleteCopyError extends Error {
  override readonly name = 'IncompleteCopyError';
  constructor() {
    super(
      'the database holds a copy that is not complete: run the same `wand db copy` again to its end, or name another database',
    );
  }
}

/** The schema is out of date, and DATABASE__MIGRATE is check. Nothing was changed. */
export class MigrationsPendingError extends Error {
  override readonly name = 'MigrationsPendingError';
  /** @param pending Names of the migrations, oldest first. */
  constructor(readonly pending: readonly string[]) {
    super(
      `the database lacks ${pending.length === 1 ? 'a migration' : `${pending.length} migrations`} (${pending.join(', ')}) and ` +
        'DATABASE__MIGRATE is check: run `wand db migrate`, or set it to auto',
    );
  }
}
