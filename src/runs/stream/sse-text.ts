import type { JournalEntry, JsonObject, RunId } from '../../executor/core/index.js';
import { toLogDto } from '../dto/to-run-dto.js';

/** Text of one event of the stream (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
export function eventText(event: string, data: JsonObject, id?: number): string {
  const head = id === undefined ? '' : `id: ${id}\n`;
  return `${head}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

export function commentText(comment: string): string {
  return `: ${comment}\n\n`;
}

/** How long a client waits before it connects again, in milliseconds. */
export function retryText(ms: number): string {
  return `retry: ${ms}\n\n`;
}

/** Texts of live entries: many clients may watch one run. */
const texts = new WeakMap<JournalEntry, string>();

/** Text of a journal entry of a run, `seq` as its id. */
export function entryText(runId: RunId, entry: JournalEntry): string {
  const known = texts.get(entry);
  if (known !== undefined) return known;
  const text = eventText(entry.type, { ...toLogDto(entry), run_id: runId }, entry.seq);
  texts.set(entry, text);
  return text;
}
