import { type JournalEntry, type JsonObject, LEVELS, type Level, type RunId } from '../../executor/core/index.js';
import type { RunEventEntity } from '../entities/run-event.entity.js';

/** Memory and disk that a row needs beside its texts, about. */
const ROW_BYTES = 160;

/**
 * The rows of entries that follow `expectedSeq`.
 *
 * @throws {RangeError} if they leave a gap, repeat a number or are out of order.
 */
export function toEventRows(runId: RunId, expectedSeq: number, entries: readonly JournalEntry[]): RunEventEntity[] {
  return entries.map((entry, index) => {
    const { seq, ts, type, lvl, msg, nodeId, attempt, progress, data } = entry;
    if (seq !== expectedSeq + 1 + index) {
      throw new RangeError(`run ${runId}: entry ${seq} cannot follow entry ${expectedSeq + index}`);
    }
    const dataJson = data === null ? null : JSON.stringify(data);
    return { runId, seq, ts, type, lvl: levelWeight(lvl), msg, nodeId, attempt, progress, dataJson };
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
export function sizeOf(rows: readonly RunEventEntity[]): number {
  return rows.reduce((sum, { msg, dataJson }) => sum + ROW_BYTES + msg.length + (dataJson?.length ?? 0), 0);
}
