import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { type JournalEntry, type JsonObject, isJsonObject } from '../../executor/core/index.js';
import {
  type JournalHeader,
  JOURNAL_FORMAT,
  JOURNAL_FORMAT_VERSION,
  journalHeaderSchema,
  toJournalHeader,
} from '../../executor/index.js';
import { faultsOf, jsonPointer } from '../../http/index.js';
import type { CliContext } from '../cli-context.js';
import { CliError } from '../cli-errors.js';
import { readFaultOf } from '../graph-file/read-text-file.js';
import { toJournalEntry } from '../run/wire-entry.js';
import { clipText } from '../text/clip.js';
import { printableLine } from '../text/printable.js';
import { type TextLine, textLines } from './text-lines.js';

const MOST_FAULTS = 20;
const LONGEST_SHOWN = 80;

/** The journal of a run, as a file has it. */
export interface JournalFile {
  readonly header: JournalHeader;
  readonly entries: readonly JournalEntry[];
}

/**
 * Reads the file that `GET /runs/{run_id}/journal.ndjson` answers, `-` being the standard input. It may end anywhere: a line
 * that is cut off is left out.
 *
 * @throws {CliError} naming the line, and what it should hold.
 */
export async function readJournalFile(path: string, context: Pick<CliContext, 'cwd' | 'stdin'>): Promise<JournalFile> {
  const pieces: AsyncIterable<Uint8Array | string> =
    path === '-' ? context.stdin : createReadStream(resolve(context.cwd, path));
  let header: JournalHeader | undefined;
  const entries: JournalEntry[] = [];
  try {
    for await (const line of textLines(pieces)) {
      if (header === undefined) header = headerIn(line);
      else {
        const entry = entryIn(line);
        if (entry !== undefined) entries.push(entry);
      }
    }
  } catch (error) {
    if (error instanceof LineError)
      throw new CliError(printableLine(`${path}:${error.message}`), { faults: error.faults });
    throw new CliError(`cannot read ${path}: ${readFaultOf(error)}`, { cause: error });
  }
  if (header === undefined) throw new CliError(`${path}:1: takes ${HEADER}, and the file is empty`);
  return { header, entries };
}

const HEADER = `the header of a journal, which begins {"format":"${JOURNAL_FORMAT}", as GET /runs/{run_id}/journal.ndjson answers it`;

/** A line is not what it should be; the message begins with its number. */
class LineError extends Error {
  override readonly name = 'LineError';

  constructor(
    { number }: TextLine,
    message: string,
    readonly faults: readonly string[] = [],
  ) {
    super(`${number}: ${message}`);
  }
}

function headerIn(line: TextLine): JournalHeader {
  const record = parse(line);
  if (!isJsonObject(record) || record['format'] !== JOURNAL_FORMAT) throw new LineError(line, `takes ${HEADER}`);
  const { version } = record;
  if (version !== JOURNAL_FORMAT_VERSION) {
    const known = `this wand reads version ${JOURNAL_FORMAT_VERSION}`;
    throw new LineError(
      line,
      `the format has version ${shown(version)}, and ${known}: use the wand that wrote it, or a later one`,
    );
  }
  return checkedHeader(line, record);
}

function checkedHeader(line: TextLine, record: JsonObject): JournalHeader {
  const parsed = journalHeaderSchema.safeParse(record, { reportInput: true });
  if (parsed.success) return toJournalHeader(parsed.data);
  const faults = faultsOf(journalHeaderSchema, parsed.error).map(
    ({ path, message }) => `${jsonPointer(path)}: ${message}`,
  );
  throw new LineError(line, 'the header has faults', faults.slice(0, MOST_FAULTS).map(printableLine));
}

/** Undefined for a last line that is cut off. */
function entryIn(line: TextLine): JournalEntry | undefined {
  const wire = parse(line);
  const entry = isJsonObject(wire) ? toJournalEntry(wire) : undefined;
  if (entry !== undefined) return entry;
  if (!line.isWhole) return undefined;
  const got = clipText(line.text, LONGEST_SHOWN);
  throw new LineError(line, `takes a journal entry, an object with seq, ts and type, and holds ${got}`);
}

/** Undefined if it is no JSON. */
function parse({ text }: TextLine): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function shown(value: unknown): string {
  return value === undefined ? 'none' : clipText(JSON.stringify(value), LONGEST_SHOWN);
}
