import { type Json, isJsonObject } from '../../executor/core/index.js';
import { scanJson } from '../../http/index.js';
import type { CliContext } from '../cli-context.js';
import { CliError } from '../cli-errors.js';
import { DEEPEST_JSON } from '../input/deepest-json.js';
import { printableLine } from '../text/printable.js';
import { readTextFile } from './read-text-file.js';

/** A file that holds a graph, or should. */
export interface GraphFile {
  /** As it was given. */
  readonly path: string;
  readonly text: string;
  /** The graph's name; the word `graph` when it has none that is text. */
  readonly name: string;
  /** Ids of the nodes as far as they are text, in spec order. */
  readonly nodeIds: readonly string[];
}

/** Reads a graph file. Whether the graph is valid is not checked. @throws {CliError} if it cannot be read or is no JSON. */
export async function readGraphFile(path: string, context: Pick<CliContext, 'cwd' | 'stdin'>): Promise<GraphFile> {
  const text = await readTextFile(path, context);
  const body = parseJson(path, text);
  const name = isJsonObject(body) && typeof body['name'] === 'string' ? body['name'] : 'graph';
  const nodes = isJsonObject(body) && Array.isArray(body['nodes']) ? (body['nodes'] as readonly Json[]) : [];
  const ids = nodes.map((node) => (isJsonObject(node) ? node['id'] : undefined));
  return { path, text, name, nodeIds: ids.filter((id) => typeof id === 'string') };
}

/** Reads any JSON file. @throws {CliError} naming file, line and column. */
export async function readJsonFile(path: string, context: Pick<CliContext, 'cwd' | 'stdin'>): Promise<Json> {
  return parseJson(path, await readTextFile(path, context));
}

function parseJson(path: string, text: string): Json {
  const fault = scanJson(text, DEEPEST_JSON);
  if (fault === undefined) return JSON.parse(text) as Json;
  throw new CliError(printableLine(`${path}:${fault.line}:${fault.column} ${fault.code}: ${fault.message}`));
}
