import { type JournalEntry, type JsonObject, type Json, isJsonObject } from '../../executor/core/index.js';
import { durationText } from '../text/duration-text.js';
import { clipText } from '../text/clip.js';
import { jsonText } from '../text/json-text.js';
import { printableLine } from '../text/printable.js';

const LONGEST_MESSAGE = 300;
const MOST_CAUSES = 3;

/** What an event says about its node or run, on one line that is safe for a terminal. */
export function eventText(entry: JournalEntry, startedAt: number | undefined): string {
  return printableLine(clipText(plainText(entry, startedAt), LONGEST_MESSAGE));
}

function plainText(entry: JournalEntry, startedAt: number | undefined): string {
  const data = entry.data ?? {};
  const took = startedAt === undefined ? '' : ` after ${durationText(entry.ts - startedAt)}`;
  switch (entry.type) {
    case 'node.started':
      return entry.attempt === null || entry.attempt <= 1 ? 'started' : `attempt ${entry.attempt} started`;
    case 'node.reused':
      return typeof data['from_run'] === 'string'
        ? `reused from run ${data['from_run']}`
        : 'takes the output that was given';
    case 'node.succeeded':
      return `succeeded${took}`;
    case 'node.failed':
      return `failed${took}: ${errorText(data['error'])}`;
    case 'node.retrying':
      return `attempt ${entry.attempt ?? '?'} failed, next in ${durationText(Number(data['wait_ms'] ?? 0))}: ${errorText(data['error'])}`;
    case 'node.skipped':
      return `skipped: ${skipText(data)}`;
    case 'node.progress':
      return progressText(data);
    default:
      return entry.msg;
  }
}

function progressText(data: JsonObject): string {
  const percent = `${Math.round(percentOf(data))} %`;
  return typeof data['message'] === 'string' ? `${percent} ${data['message']}` : percent;
}

/** The percentage that a `node.progress` event reports. */
export function percentOf(data: JsonObject): number {
  const percent = Number(data['percent'] ?? 0);
  return Number.isFinite(percent) ? Math.min(100, Math.max(0, percent)) : 0;
}

function errorText(error: Json | undefined): string {
  if (!isJsonObject(error)) return 'no reason given';
  const type = typeof error['type'] === 'string' ? `${error['type']}: ` : '';
  return `${type}${typeof error['message'] === 'string' ? error['message'] : 'no reason given'}`;
}

function skipText(data: JsonObject): string {
  const reason = jsonText(data['skip_reason']);
  const causes = Array.isArray(data['skip_causes']) ? (data['skip_causes'] as readonly Json[]) : [];
  const texts = causes.filter(isJsonObject).map(causeText);
  if (texts.length === 0) return reason;
  const more = texts.length > MOST_CAUSES ? `, ${texts.length - MOST_CAUSES} more` : '';
  return `${reason} (${texts.slice(0, MOST_CAUSES).join(', ')}${more})`;
}

function causeText(cause: JsonObject): string {
  const { from, on, reason, root } = cause;
  const began = typeof root === 'string' && root !== from ? `, began at ${root}` : '';
  return `${jsonText(on)} edge from ${jsonText(from)}: ${jsonText(reason)}${began}`;
}
