import type BetterSqlite3 from 'better-sqlite3';
import { isLocked, toStorageError } from '../sqlite/sqlite-failure.js';
import { DatabaseLostError } from '../storage.errors.js';
import type { Outcome, WriteUnit } from './write-unit.js';

type Units = readonly WriteUnit<unknown>[];

/** Writes several units with one commit, so that they share the one wait for the disk. */
export class BatchTransaction {
  private readonly together: BetterSqlite3.Transaction<(units: Units) => unknown[]>;
  private readonly apart: BetterSqlite3.Transaction<(units: Units) => Outcome[]>;
  private readonly alone: BetterSqlite3.Transaction<(unit: WriteUnit<unknown>) => unknown>;
  /** A savepoint within `apart`. */
  private readonly savepoint: BetterSqlite3.Transaction<(unit: WriteUnit<unknown>) => unknown>;

  /** @param fence Runs first in every transaction; throws a `DatabaseLostError` where nothing may be written any more. */
  constructor(
    private readonly handle: BetterSqlite3.Database,
    fence: () => void,
  ) {
    this.together = handle.transaction((units: Units) => {
      fence();
      return units.map((unit) => unit.apply());
    });
    this.apart = handle.transaction((units: Units) => {
      fence();
      return units.map((unit) => this.attempt(unit));
    });
    this.alone = handle.transaction((unit: WriteUnit<unknown>) => {
      fence();
      return unit.apply();
    });
    this.savepoint = handle.transaction((unit: WriteUnit<unknown>) => unit.apply());
  }

  /**
   * Outcomes in the order of the units. A unit that throws takes no other with it: the batch is then written once more, each
   * unit behind a savepoint, which is slower but still one commit. Where not even that works, because the disk is full or
   * failing, each unit is tried in a transaction of its own: a small one may fit where a large one does not.
   *
   * @throws an error for which `isLocked` is true if another process holds the lock: nothing was stored, try again.
   */
  write(units: Units): Outcome[] {
    try {
      return this.together.immediate(units).map((value) => ({ ok: true, value }));
    } catch (error) {
      if (isLocked(error)) throw error;
      if (units.length === 1 || error instanceof DatabaseLostError) return failAll(units, error);
      return this.writeApart(units);
    }
  }

  private writeApart(units: Units): Outcome[] {
    try {
      return this.apart.immediate(units);
    } catch (error) {
      if (isLocked(error)) throw error;
      return units.map((unit) => this.writeAlone(unit));
    }
  }

  private writeAlone(unit: WriteUnit<unknown>): Outcome {
    try {
      return { ok: true, value: this.alone.immediate(unit) };
    } catch (error) {
      return { ok: false, error: toStorageError(error) };
    }
  }

  private attempt(unit: WriteUnit<unknown>): Outcome {
    try {
      return { ok: true, value: this.savepoint(unit) };
    } catch (error) {
      // After some errors SQLite has rolled back everything, the units before this one included.
      if (!this.handle.inTransaction) throw error;
      return { ok: false, error: toStorageError(error) };
    }
  }
}

/** The same failure for each unit. */
export function failAll(units: readonly unknown[], error: unknown): Outcome[] {
  return units.map(() => ({ ok: false, error: toStorageError(error) }));
}
