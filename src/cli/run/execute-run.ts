import type { Json } from '../../executor/core/index.js';
import type { CliContext } from '../cli-context.js';
import type { ExitCode } from '../exit-code.js';
import type { GraphFile } from '../graph-file/graph-file.js';
import { reportFaults } from '../graph-file/report-faults.js';
import type { RunClient } from './run-client.js';
import { watchRun } from './watch-run.js';

export interface RunOptions {
  readonly file: GraphFile;
  readonly input?: Json;
  readonly labels: Readonly<Record<string, string>>;
  /** Where artifacts go. */
  readonly outFolder: string;
  /** Print one JSON object instead of text for people. */
  readonly json: boolean;
}

/** Runs a graph to its end, as `watchRun` shows it. */
export function executeRun(client: RunClient, options: RunOptions, context: CliContext): Promise<ExitCode> {
  const { file, input, labels, outFolder, json } = options;
  const begin = async (): Promise<string> => {
    const { runId, warnings } = await client.start({ graphText: file.text, input, labels });
    reportFaults(context, file, warnings, 'warning');
    return runId;
  };
  return watchRun(client, { graphName: file.name, nodeIds: file.nodeIds, outFolder, json, begin }, context);
}
