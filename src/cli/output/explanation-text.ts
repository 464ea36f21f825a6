import { type Json, type JsonObject, isJsonObject } from '../../executor/core/index.js';
import { jsonText } from '../text/json-text.js';
import { printableLine } from '../text/printable.js';

/** A node in a line, from the answer of `GET /runs/{id}/explain`. */
export function glanceText({ id, summary }: JsonObject): string {
  return `${word(id)} ${word(summary)}\n`;
}

/** All about a node, from the answer of `GET /runs/{id}/explain?node=`. */
export function explanationText(node: JsonObject): string {
  const edges = objects(node['edges']);
  const attempts = objects(node['attempts']);
  const chain = objects(node['chain']);
  return [
    glanceText(node),
    ...section('edges', edges.map(edgeLines)),
    ...section('attempts', attempts.map(attemptLines)),
    ...section('back to the first cause', chain.length > 1 ? chain.map(linkLines) : []),
  ].join('');
}

function section(title: string, items: readonly (readonly string[])[]): string[] {
  return items.length === 0 ? [] : [`${title}:\n`, ...items.flat().map((line) => `  ${printableLine(line)}\n`)];
}

function edgeLines({ from, summary, condition }: JsonObject): string[] {
  const values = isJsonObject(condition) ? objects(condition['values']) : [];
  return [`${word(from)}: ${word(summary)}`, ...values.map(valueLine)];
}

function valueLine({ name, op, value, found, actual }: JsonObject): string {
  const wanted = op === undefined ? '' : ` (wanted ${word(op)}${value === undefined ? '' : ` ${word(value)}`})`;
  return `  ${word(name)} ${found === true ? `was ${word(actual)}` : 'led nowhere'}${wanted}`;
}

function attemptLines({ attempt, outcome, error, started_at: startedAt }: JsonObject): string[] {
  const why = isJsonObject(error) ? `, ${word(error['type'])}: ${word(error['message'])}` : '';
  return [`${word(attempt)} ${word(outcome)}, started ${word(startedAt)}${why}`];
}

function linkLines({ node, status, skip_reason: reason, error }: JsonObject): string[] {
  const why = isJsonObject(error) ? ` ${word(error['type'])}: ${word(error['message'])}` : '';
  return [`${word(node)} ${word(status)}${typeof reason === 'string' ? ` (${reason})` : ''}${why}`];
}

function objects(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? (value as readonly Json[]).filter(isJsonObject) : [];
}

/** Texts as they are, all else as JSON. */
function word(value: Json | undefined): string {
  return printableLine(jsonText(value ?? null));
}
