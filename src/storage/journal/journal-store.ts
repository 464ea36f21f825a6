import type { RunId } from '../../executor/core/index.js';
import { EntityTable } from '../entity-table.js';
import { RunEventEntity } from '../entities/run-event.entity.js';
import type { Statements } from '../server/server-database.js';
import { failureOf, toStorageError } from '../server/server-failure.js';
import { DatabaseLostError, JournalUnavailableError } from '../storage.errors.js';
import { type JournalUnit, lastSeqOf } from '../writer/journal-unit.js';
import type { Outcome } from '../writer/write-unit.js';
import { EVENT_PROPERTIES, type EventValues } from './journal-rows.js';

/** What became of a unit that was written with others: undefined if it is stored. */
export type Refusal = Error | undefined;

/** Writes units of the journal to a database server, all of a flush in one transaction. */
export abstract class JournalStore {
  private readonly events = new EntityTable(RunEventEntity);

  /**
   * Outcomes in the order of the units, which have no run in common. One that is refused, because another session owns the run
   * say, takes no other with it. Where a statement fails that is for all, the units are written in halves until the guilty one
   * is alone.
   */
  async write(units: readonly JournalUnit[]): Promise<Outcome[]> {
    try {
      const refusals = await this.writeTogether(units);
      return refusals.map((error) => (error === undefined ? { ok: true, value: undefined } : { ok: false, error }));
    } catch (error) {
      const isForAll =
        failureOf(error) !== undefined ||
        error instanceof JournalUnavailableError ||
        error instanceof DatabaseLostError;
      if (isForAll || units.length === 1) return units.map(() => ({ ok: false, error: toStorageError(error) }));
      const middle = units.length >> 1;
      return [...(await this.write(units.slice(0, middle))), ...(await this.write(units.slice(middle)))];
    }
  }

  /** In one transaction. @throws what the server has against all of them: nothing was stored. */
  protected abstract writeTogether(units: readonly JournalUnit[]): Promise<Refusal[]>;

  /** Whether the unit is stored: its entries are, as they stand in it. Nobody else writes the same ones. */
  protected async isStored(tx: Statements, unit: JournalUnit): Promise<boolean> {
    const found = await this.entriesOf(tx, unit.runId, unit.expectedSeq, lastSeqOf(unit));
    return (
      found.length === unit.events.length &&
      found.every((row, index) =>
        EVENT_PROPERTIES.every((property, place) => row[property] === unit.events[index]?.[place]),
      )
    );
  }

  private entriesOf(tx: Statements, runId: RunId, after: number, last: number): Promise<RunEventEntity[]> {
    return tx.query<RunEventEntity>(
      `SELECT ${this.events.select(...EVENT_PROPERTIES)} FROM "run_events"
       WHERE "run_id" = ? AND "seq" > ? AND "seq" <= ? ORDER BY "seq"`,
      [runId, after, last],
    );
  }
}

/** The rows of many units in one list. */
export function eventsOf(units: readonly JournalUnit[]): EventValues[] {
  return units.flatMap(({ events }) => events);
}
