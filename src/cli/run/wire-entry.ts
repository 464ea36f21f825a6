import { type JournalEntry, type JsonObject, epochMs, isJsonObject } from '../../executor/core/index.js';
import { CliError } from '../cli-errors.js';

/** The journal entry in one event of a stream. @throws {CliError} if it is none. */
export function parseWireEntry(text: string): JournalEntry {
  const entry = toJournalEntry(parseObject(text));
  if (entry === undefined) throw noEntry();
  return entry;
}

/** The journal entry that an object of the API stands for; undefined if it is none. */
export function toJournalEntry(wire: JsonObject): JournalEntry | undefined {
  const { seq, ts, type, lvl, msg } = wire;
  if (typeof seq !== 'number' || typeof ts !== 'number' || typeof type !== 'string') return undefined;
  return {
    seq,
    // Seconds on the wire.
    ts: epochMs(Math.round(ts * 1_000)),
    // A newer server may send types and levels that are not known here: they are shown by their message.
    type: type as JournalEntry['type'],
    lvl: (typeof lvl === 'string' ? lvl : 'info') as JournalEntry['lvl'],
    msg: typeof msg === 'string' ? msg : type,
    nodeId: typeof wire['node_id'] === 'string' ? wire['node_id'] : null,
    attempt: typeof wire['attempt'] === 'number' ? wire['attempt'] : null,
    progress: typeof wire['progress'] === 'number' ? wire['progress'] : null,
    data: isJsonObject(wire['data']) ? wire['data'] : null,
  };
}

function parseObject(text: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw noEntry(error);
  }
  if (!isJsonObject(value)) throw noEntry();
  return value;
}

function noEntry(cause?: unknown): CliError {
  return new CliError('the server sent an event that is no journal entry: is this a Wand server?', { cause });
}
