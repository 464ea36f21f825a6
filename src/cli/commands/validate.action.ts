import type { CliContext } from '../cli-context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { readGraphFile } from '../graph-file/graph-file.js';
import { reportFaults } from '../graph-file/report-faults.js';
import { checkGraph } from '../local/check-graph.js';

/** Checks the graph in the file at `path` and says what is wrong with it. @throws {CliError} if it cannot be read. */
export async function validateGraphFile(path: string, context: CliContext): Promise<ExitCode> {
  const file = await readGraphFile(path, context);
  const check = await checkGraph(file.text, context);
  if (!check.valid) {
    reportFaults(context, file, check.errors, 'error');
    return EXIT.FAILED;
  }
  reportFaults(context, file, check.warnings, 'warning');
  context.stdout.write(`${path} is valid\n`);
  return EXIT.OK;
}
