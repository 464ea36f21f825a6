import { join } from 'node:path';
import type { CliContext } from '../cli-context.js';
import { CliError } from '../cli-errors.js';
import { type DocumentServer, serveDocument } from '../demo/document-server.js';
import type { ExitCode } from '../exit-code.js';
import { type GraphFile, readGraphFile } from '../graph-file/graph-file.js';
import { executeRun } from '../run/execute-run.js';
import { LocalRunClient } from '../run/local-run-client.js';

export interface DemoFlags {
  readonly out: string;
  readonly json?: true;
}

/** Runs the demo graph on the document at `url`, or on one that is served here. @throws {CliError} */
export async function runDemo(url: string | undefined, flags: DemoFlags, context: CliContext): Promise<ExitCode> {
  if (url !== undefined && !/^https?:$/.test(URL.parse(url)?.protocol ?? '')) {
    throw new CliError(`${JSON.stringify(url)}: takes an http or https URL such as https://example.com`);
  }
  const examples = join(context.packageRoot, 'examples');
  const file = await readGraphFile(join(examples, 'fetch-analyze-chart.json'), context);
  const server =
    url === undefined ? await serveDocument(join(examples, 'documents', 'the-night-ferry.txt')) : undefined;
  try {
    const input = { url: url ?? (server as DocumentServer).url };
    return await runLocally(file, input, server?.host, flags, context);
  } finally {
    await server?.close();
  }
}

async function runLocally(
  file: GraphFile,
  input: { readonly url: string },
  allowedHost: string | undefined,
  flags: DemoFlags,
  context: CliContext,
): Promise<ExitCode> {
  const client = await LocalRunClient.open(context, { allowedHost });
  try {
    context.stderr.write(`fetching ${input.url}\n`);
    const options = { file, input, labels: {}, outFolder: flags.out, json: flags.json ?? false };
    return await executeRun(client, options, context);
  } finally {
    await client.close();
  }
}
