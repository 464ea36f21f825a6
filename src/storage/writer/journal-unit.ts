import type { RunId } from '../../executor/core/index.js';
import type { RunEntity } from '../entities/run.entity.js';
import type { EventValues } from '../journal/journal-rows.js';
import type { NewRetry, RunProgress, RunProjection } from '../journal/journal.js';
import type { RunFile } from '../repositories/artifact.repository.js';
import type { IdempotencyRecord } from '../repositories/idempotency.repository.js';

interface UnitBase {
  readonly runId: RunId;
  /** They follow on this entry. */
  readonly expectedSeq: number;
  readonly events: readonly EventValues[];
  readonly files: readonly RunFile[];
  /** Rows that it writes, about. */
  readonly rows: number;
  /** Memory that it holds while it waits, about. */
  readonly bytes: number;
}

/** Entries of a run that exists. */
export interface AppendUnit extends UnitBase {
  readonly kind: 'append';
  readonly run: RunProjection | RunProgress;
}

/** A run with its first entries. */
export interface CreateUnit extends UnitBase {
  readonly kind: 'create';
  readonly row: RunEntity;
  readonly labels: readonly (readonly [key: string, value: string])[];
  readonly retry: NewRetry | undefined;
  readonly guard: IdempotencyRecord | undefined;
}

/** What is stored as a whole or not at all, as data: many of them make one statement. */
export type JournalUnit = AppendUnit | CreateUnit;

/** `seq` of the last entry once the unit is stored. */
export function lastSeqOf({ expectedSeq, events }: JournalUnit): number {
  return expectedSeq + events.length;
}

/** Of two units with a key in common one has to be stored before the other is written. */
export function keysOf(unit: JournalUnit): string[] {
  if (unit.kind === 'append' || unit.guard === undefined) return [unit.runId];
  return [unit.runId, JSON.stringify([unit.guard.scope, unit.guard.key])];
}
