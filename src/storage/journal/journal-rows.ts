import { type JournalEntry, type JsonObject, LEVELS, type Level, type RunId } from '../../executor/core/index.js';
import type { RunEventEntity } from '../entities/run-event.entity.js';

/** Memory and disk that a row needs beside its texts, about. */
const ROW_BYTES = 160;

/** The properties of a row in the order in which `EventValues` has their values. */
export const EVENT_PROPERTIES = [
  'runId',
  'seq',
  'ts',
  'type',
  'lvl',
  'msg',
  'nodeId',
  'attempt',
  'progress',
  'dataJson',
] as const satisfies readonly (keyof RunEventEntity)[];

/** A row as it is bound to an insertion: one array and no object for each, as there are a great many. */
export type EventValues = readonly [
  runId: RunId,
  seq: number,
  ts: number,
  type: string,
  lvl: number,
  msg: string,
  nodeId: string | null,
  attempt: number | null,
  progress: number | null,
  dataJson: string | null,
];

const MSG = 5;
const DATA_JSON = 9;

/**
 * The rows of entries that follow `expectedSeq`.
 *
 * @throws {RangeError} if they leave a gap, repeat a number or are out of order.
 */
export function toEventValues(runId: RunId, expectedSeq: number, entries: readonly JournalEntry[]): EventValues[] {
  return entries.map((entry, index) => {
    const { seq, ts, type, lvl, msg, nodeId, attempt, progress, data } = entry;
    if (seq !== expectedSeq + 1 + index) {
      throw new RangeError(`run ${runId}: entry ${seq} cannot follow entry ${expectedSeq + index}`);
    }
    const dataJson = data === null ? null : JSON.stringify(data);
    return [runId, seq, ts, type, levelWeight(lvl), msg, nodeId, attempt, progress, dataJson];
  });
}

export function toEntry(row: Omit<RunEventEntity, 'runId'>): JournalEntry {
  const { seq, ts, type, lvl, msg, nodeId, attempt, progress, dataJson } = row;
  const data = dataJson === null ? null : (JSON.parse(dataJson) as JsonObject);
  return { seq, ts, type, lvl: LEVELS[lvl] ?? 'info', msg, nodeId, attempt, progress, data };
}

/** The place of a level in their order: what is stored in its stead. */
export function levelWeight(level: Level): number {
  return LEVELS.indexOf(level);
}

/** What rows hold in memory, about. */
export function sizeOf(rows: readonly EventValues[]): number {
  let size = 0;
  for (const row of rows) size += ROW_BYTES + row[MSG].length + (row[DATA_JSON]?.length ?? 0);
  return size;
}
