import { type Json, type JsonObject, isJsonObject } from '../../executor/core/index.js';
import type { RunOutcome } from '../run/run-client.js';
import { clip } from '../text/clip.js';
import { durationText } from '../text/duration-text.js';
import { jsonText } from '../text/json-text.js';
import { printable, printableLine } from '../text/printable.js';

/** One line on how the run ended, such as `SUCCESS in 231 ms: 3 succeeded, 0 failed and handled, 0 skipped (run r_…)`. */
export function headline(runId: string, { status, result }: RunOutcome, tookMs: number): string {
  const summary = isJsonObject(result) && isJsonObject(result['summary']) ? summaryText(result['summary']) : '';
  return `${status} in ${durationText(tookMs)}${summary} (run ${runId})`;
}

/** The outputs as indented JSON with long strings cut; undefined when the run has none. */
export function outputsText({ result }: RunOutcome): string | undefined {
  if (!isJsonObject(result) || !isJsonObject(result['outputs'])) return undefined;
  return printable(JSON.stringify(clip(result['outputs']), null, 2));
}

/** Why the run failed, on one line: node, error, first cause. */
export function failureText({ error }: RunOutcome): string {
  if (!isJsonObject(error)) return 'no reason given';
  const first = isJsonObject(error['first_cause']) ? error['first_cause'] : undefined;
  const cause = first === undefined ? '' : `; it began with ${nodeErrorText(first['node_id'], first['error'])}`;
  return printableLine(`${nodeErrorText(error['node_id'], error['error'] ?? error)}${cause}`);
}

function summaryText(summary: JsonObject): string {
  const words = Object.entries(summary).map(([key, count]) => `${jsonText(count)} ${key.replaceAll('_', ' and ')}`);
  return words.length === 0 ? '' : `: ${words.join(', ')}`;
}

function nodeErrorText(nodeId: Json | undefined, error: Json | undefined): string {
  const where = typeof nodeId === 'string' ? `node "${nodeId}": ` : '';
  if (!isJsonObject(error)) return `${where}no reason given`;
  const { type, message, attempts } = error;
  const tries = typeof attempts === 'number' && attempts > 1 ? ` (after ${attempts} attempts)` : '';
  return `${where}${jsonText(type)}: ${jsonText(message)}${tries}`;
}
