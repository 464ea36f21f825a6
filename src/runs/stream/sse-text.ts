import type { JournalEntry, JsonObject, RunId } from '../../executor/core/index.js';
import { toLogDto } from '../dto/to-run-dto.js';

/** Text of one event of the stream (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
export function eventText(event: string, data: JsonObject): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** What a client that reads too slowly is told before it is let go. */
export function laggedText(message: string): string {
  return eventText('stream.lagged', { message });
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

/** Text of a journal entry of a run, `seq` as its id: what the run's own stream sends. */
export function entryText(runId: RunId, entry: JournalEntry): string {
  return `id: ${entry.seq}\n${entryTextWithoutId(runId, entry)}`;
}

/** Text of a journal entry for a stream in which `seq` is no cursor. */
export function entryTextWithoutId(runId: RunId, entry: JournalEntry): string {
  const known = texts.get(entry);
  if (known !== undefined) return known;
  const text = eventText(entry.type, { ...toLogDto(entry), run_id: runId });
  texts.set(entry, text);
  return text;
}
