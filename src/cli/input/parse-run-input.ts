import { type Json, isJsonObject } from '../../executor/core/index.js';
import { scanJson } from '../../http/index.js';
import { CliError } from '../cli-errors.js';
import { DEEPEST_JSON } from './deepest-json.js';

/** Reads the JSON file behind `@path`; `@-` stands for the standard input. @throws {CliError} */
export type ReadJsonFile = (path: string) => Promise<Json>;

/**
 * The run's input from the values of `--input`, in the order given: later ones win. `key=value` adds one key, whose value
 * is JSON where it parses as JSON and a string elsewhere; a dot in a key is an ordinary character. `@file` adds all keys
 * of a JSON object, or is the whole input when it holds something else. Undefined when there are none.
 *
 * @throws {CliError} naming the value that cannot be read.
 */
export async function parseRunInput(values: readonly string[], readJson: ReadJsonFile): Promise<Json | undefined> {
  if (values.length === 0) return undefined;
  const entries = new Map<string, Json>();
  for (const value of values) {
    if (!value.startsWith('@')) {
      const [key, entry] = parsePair(value);
      entries.set(key, entry);
      continue;
    }
    const content = await readJson(value.slice(1));
    if (!isJsonObject(content)) return onlyInput(content, value, values);
    for (const [key, entry] of Object.entries(content)) entries.set(key, entry);
  }
  return Object.fromEntries(entries);
}

function onlyInput(content: Json, value: string, values: readonly string[]): Json {
  if (values.length === 1) return content;
  throw new CliError(`--input ${value}: holds no JSON object, so it cannot be combined with another --input`);
}

function parsePair(pair: string): [key: string, value: Json] {
  const equals = pair.indexOf('=');
  const key = pair.slice(0, equals);
  if (equals < 1 || /^[[{"]/.test(key)) {
    throw new CliError(`--input ${JSON.stringify(pair)}: takes key=value, or @file.json for a whole JSON object`);
  }
  return [key, parseValue(key, pair.slice(equals + 1))];
}

function parseValue(key: string, text: string): Json {
  const fault = scanJson(text, DEEPEST_JSON);
  if (fault === undefined) return JSON.parse(text) as Json;
  if (fault.code === 'syntax') return text;
  throw new CliError(`--input ${key}: ${fault.message}`);
}
