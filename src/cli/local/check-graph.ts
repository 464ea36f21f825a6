import type { Json } from '../../executor/core/index.js';
import { type GraphSpec } from '../../executor/index.js';
import { GraphValidator } from '../../graphs/index.js';
import type { CliContext } from '../cli-context.js';
import type { GraphFault } from '../graph-file/fault-line.js';
import { LocalApp } from './local-app.js';

/** What the checks of `POST /graphs/validate` say. */
export type GraphCheck =
  | { readonly valid: true; readonly spec: GraphSpec; readonly warnings: readonly GraphFault[] }
  | { readonly valid: false; readonly errors: readonly GraphFault[] };

/** Checks the text of a graph as the service would. */
export async function checkGraph(text: string, context: CliContext): Promise<GraphCheck> {
  const app = await LocalApp.open(context);
  try {
    const fault = app.bodyFault(text);
    if (fault !== undefined) return { valid: false, errors: [fault] };
    const verdict = app.get(GraphValidator).validate(JSON.parse(text) as Json);
    if (!verdict.valid) return verdict;
    return { valid: true, spec: verdict.spec, warnings: verdict.warnings };
  } finally {
    await app.close();
  }
}
