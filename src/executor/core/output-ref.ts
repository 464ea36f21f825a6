import { CorruptJournalError } from './errors.js';
import { type Json, type JsonObject, isJsonObject } from './json.js';
import type { JournalEntry } from './journal-entry.js';

/** Where an output is kept that is too large for the journal, and how to tell that it is the one. */
export interface OutputRef {
  /** Name of the file of the run that holds it, as JSON. */
  readonly artifact: string;
  readonly bytes: number;
  /** Hex SHA-256 of the file. */
  readonly sha256: string;
}

/** No file that an agent names begins like this. */
const PREFIX = '$output.';
const KEY = 'output_ref';

/** Name of the file for the output that `attempt` of a node made; 0 for an output that no attempt made. */
export function outputFileName(nodeId: string, attempt: number): string {
  return `${PREFIX}${nodeId}.${attempt}.json`;
}

/** True for files in which the service keeps large outputs: agents neither write nor replace them. */
export function isOutputFile(name: string): boolean {
  return name.startsWith(PREFIX);
}

/** What stands in a journal row for the output, or for its reference if it has one. */
export function encodeOutput({ output, ref }: { readonly output: Json; readonly ref?: OutputRef }): JsonObject {
  if (ref === undefined) return { output };
  const { artifact, bytes, sha256 } = ref;
  return { [KEY]: { artifact, bytes, sha256 } };
}

/**
 * The reference in a row; undefined if the row holds the output alone.
 *
 * @throws {CorruptJournalError} if there is something else in its place.
 */
export function decodeOutputRef({ seq, type, data }: JournalEntry): OutputRef | undefined {
  const ref = data?.[KEY];
  if (ref === undefined) return undefined;
  const { artifact, bytes, sha256 } = isJsonObject(ref) ? ref : {};
  if (typeof artifact === 'string' && typeof bytes === 'number' && typeof sha256 === 'string') {
    return { artifact, bytes, sha256 };
  }
  throw new CorruptJournalError(`${type} at seq ${seq} has no artifact, bytes or sha256 in data.${KEY}`);
}

/**
 * The reference that stands in an entry instead of an output; undefined for every other entry. `decodeEntry` takes the entry
 * only once `withOutput` has put the output back.
 *
 * @throws {CorruptJournalError} if the reference is damaged.
 */
export function missingOutput(entry: JournalEntry): OutputRef | undefined {
  const { type, data } = entry;
  if (type !== 'node.succeeded' && type !== 'node.reused') return undefined;
  return data !== null && Object.hasOwn(data, 'output') ? undefined : decodeOutputRef(entry);
}

/** The entry with its output put back beside the reference. */
export function withOutput(entry: JournalEntry, output: Json): JournalEntry {
  return { ...entry, data: { ...entry.data, output } };
}

/** The inverse of `withOutput`: the entry as it is stored. */
export function withoutOutput(entry: JournalEntry): JournalEntry {
  const { data } = entry;
  if (data === null || !Object.hasOwn(data, KEY)) return entry;
  const { output: _output, ...rest } = data;
  return { ...entry, data: rest };
}
