import type { RunEventType } from './run-event.js';
import type { JsonObject } from './json.js';
import type { EpochMs } from './ids.js';
import type { Level } from './statuses.js';

/** One row of a run's journal, the form in which an event is stored, listed and streamed. */
export interface JournalEntry {
  /** 1, 2, 3 … within the run, without a gap. */
  readonly seq: number;
  readonly ts: EpochMs;
  readonly type: RunEventType;
  readonly lvl: Level;
  readonly msg: string;
  readonly nodeId: string | null;
  readonly attempt: number | null;
  /** Progress of the run after this event, 0 to 100; null where it did not change. */
  readonly progress: number | null;
  /** The event's own fields; null when it has none. */
  readonly data: JsonObject | null;
}
