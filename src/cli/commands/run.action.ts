import { dirname } from 'node:path';
import type { CliContext } from '../cli-context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { readGraphFile, readJsonFile } from '../graph-file/graph-file.js';
import { reportFaults } from '../graph-file/report-faults.js';
import { parseLabels } from '../input/parse-labels.js';
import { parseRunInput } from '../input/parse-run-input.js';
import { executeRun } from '../run/execute-run.js';
import { HttpRunClient } from '../run/http-run-client.js';
import { GraphRefusedError, type RunClient } from '../run/run-client.js';
import { parseServerUrl } from '../run/server-url.js';

const RETRY_BASE_MS = 1_000;

export interface RunFlags {
  readonly input: readonly string[];
  readonly label: readonly string[];
  readonly server?: string;
  readonly apiKey?: string;
  readonly out?: string;
  readonly json?: true;
}

/** Runs the graph in the file at `path`, here or on a server. @throws {CliError} */
export async function runGraph(path: string, flags: RunFlags, context: CliContext): Promise<ExitCode> {
  const file = await readGraphFile(path, context);
  const input = await parseRunInput(flags.input, (name) => readJsonFile(name, context));
  const labels = parseLabels(flags.label);
  const outFolder = flags.out ?? (path === '-' ? '.' : dirname(path));
  const client = await clientFor(flags, context);
  try {
    return await executeRun(client, { file, input, labels, outFolder, json: flags.json ?? false }, context);
  } catch (error) {
    if (!(error instanceof GraphRefusedError)) throw error;
    context.stderr.write(`wand: ${error.message}\n`);
    reportFaults(context, file, error.graphFaults, 'error');
    return EXIT.FAILED;
  } finally {
    await client.close();
  }
}

async function clientFor(flags: RunFlags, context: CliContext): Promise<RunClient> {
  if (flags.server === undefined) {
    const { LocalRunClient } = await import('../run/local-run-client.js');
    return LocalRunClient.open(context);
  }
  return new HttpRunClient({
    baseUrl: parseServerUrl(flags.server),
    apiKey: flags.apiKey ?? context.env['WAND_API_KEY'],
    retryBaseMs: RETRY_BASE_MS,
  });
}
