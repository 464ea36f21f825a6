import {
  type JournalEntry,
  type Json,
  type JsonObject,
  type Replay,
  type ReplayDifference,
  deepEqual,
  isTerminalRun,
} from '../../executor/core/index.js';
import type { JournalFile } from '../journal-file/read-journal-file.js';
import { clipText } from '../text/clip.js';
import { jsonText } from '../text/json-text.js';
import { printableLine } from '../text/printable.js';

const LONGEST_VALUE = 300;

/** What replaying a journal came to, for people. */
export function replayText({ header, entries }: JournalFile, replay: Replay): string {
  const { runId, graphName, lastSeq } = header;
  const { status, differences, fault, isGivenUp, replayed } = replay;
  const left = lastSeq - entries.length;
  const lines = [
    `${runId} of ${graphName}: ${countOf(entries.length, 'entry', 'entries')}, ${endText(status, left)}`,
    ...differences.flatMap(differenceLines),
    ...(isGivenUp ? [`given up after seq ${replayed}: too many decisions come out differently`] : []),
    ...(fault === null ? [] : [`seq ${fault.seq} cannot be: ${fault.message}`]),
    verdictText(replay),
  ];
  return lines.map((line) => `${printableLine(line)}\n`).join('');
}

function endText(status: Replay['status'], left: number): string {
  if (left > 0) return `${status} so far, ${left} more are not in the file`;
  return isTerminalRun(status) ? `ended ${status}` : `${status} so far`;
}

function verdictText({ differences, fault, replayed }: Replay): string {
  const found = countOf(differences.length, 'difference', 'differences');
  if (fault !== null) return `${found} up to seq ${replayed}, and no journal from there on`;
  return differences.length === 0 ? 'no difference: it would be decided the same here' : `${found} in what is decided`;
}

function differenceLines({ seq, journaled, decided }: ReplayDifference): string[] {
  if (decided === null) return [`seq ${seq} ${nameOf(journaled)}: nothing leads to it here`];
  if (journaled.type !== decided.type || journaled.nodeId !== decided.nodeId) {
    return [`seq ${seq} ${nameOf(journaled)}: here it would be ${nameOf(decided)}`];
  }
  const before = fieldsOf(journaled);
  const here = fieldsOf(decided);
  const keys = [...new Set([...Object.keys(before), ...Object.keys(here)])];
  const changed = keys.filter((key) => !deepEqual(before[key], here[key]));
  return [
    `seq ${seq} ${nameOf(journaled)}: here it would say otherwise`,
    ...changed.map((key) => `  ${key} is ${cut(before[key])}, here ${cut(here[key])}`),
  ];
}

function fieldsOf({ ts, attempt, progress, data }: JournalEntry): JsonObject {
  return { ...data, ts, attempt, progress };
}

function nameOf({ type, nodeId }: JournalEntry): string {
  return nodeId === null ? type : `${type} ${nodeId}`;
}

function cut(value: Json | undefined): string {
  return clipText(shown(value), LONGEST_VALUE);
}

function shown(value: Json | undefined): string {
  return value === undefined ? 'missing' : jsonText(value);
}

function countOf(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
