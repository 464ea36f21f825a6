import { toGraphDefinition } from '../../executor/index.js';
import type { CliContext } from '../cli-context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { readGraphFile } from '../graph-file/graph-file.js';
import { reportFaults } from '../graph-file/report-faults.js';
import { checkGraph } from '../local/check-graph.js';
import { toMermaid } from '../mermaid/to-mermaid.js';

/** Prints the graph in the file at `path` as a Mermaid flowchart. @throws {CliError} if it cannot be read. */
export async function drawGraph(path: string, context: CliContext): Promise<ExitCode> {
  const file = await readGraphFile(path, context);
  const check = await checkGraph(file.text, context);
  if (!check.valid) {
    reportFaults(context, file, check.errors, 'error');
    return EXIT.FAILED;
  }
  context.stdout.write(toMermaid(toGraphDefinition(check.spec)));
  return EXIT.OK;
}
