import { type GraphPlan, type JsonObject, isJsonObject, withParams } from '../../executor/core/index.js';
import { CelExpressionCompiler, compileSpec } from '../../executor/index.js';
import { CliError, messageOf } from '../cli-errors.js';
import { printableLine } from '../text/printable.js';
import type { JournalFile } from './read-journal-file.js';

/**
 * The plan by which the run was decided, from what the file says of its graph and its agents.
 *
 * @throws {CliError} if the graph means nothing here, though it did where it ran.
 */
export function planOfJournal({ header, entries }: JournalFile): GraphPlan {
  const expressions = new CelExpressionCompiler();
  try {
    const plan = compileSpec(header.graph, { contractOf: (type) => header.agents.get(type), expressions });
    return withParams(plan, paramsIn(entries), expressions);
  } catch (error) {
    throw new CliError(printableLine(`the graph in the header cannot be compiled here: ${messageOf(error)}`), {
      cause: error,
    });
  }
}

/** A retry may say some params differently from the graph. Whether the entry can be read is for the replay to say. */
function paramsIn([first]: JournalFile['entries']): Readonly<Record<string, JsonObject>> {
  const params = first?.type === 'run.queued' ? first.data?.['params'] : undefined;
  if (!isJsonObject(params)) return {};
  return Object.fromEntries(
    Object.entries(params).filter((entry): entry is [string, JsonObject] => isJsonObject(entry[1])),
  );
}
