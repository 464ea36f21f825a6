import type { JsonObject } from '../../executor/core/index.js';
import type { CliContext } from '../cli-context.js';
import { CliError } from '../cli-errors.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { readJsonFile } from '../graph-file/graph-file.js';
import { parseRunInput } from '../input/parse-run-input.js';
import { HttpRunClient, type RetriedRun } from '../run/http-run-client.js';
import { parseServerUrl } from '../run/server-url.js';
import { watchRun } from '../run/watch-run.js';
import { clipText } from '../text/clip.js';
import { printableLine } from '../text/printable.js';

const RETRY_BASE_MS = 1_000;
const LONGEST_LIST = 300;

export interface RetryFlags {
  readonly server: string;
  readonly apiKey?: string;
  readonly from?: string;
  readonly skip?: string;
  readonly input: readonly string[];
  readonly graphVersion?: string;
  readonly dryRun?: true;
  readonly out: string;
  readonly json?: true;
}

/** Retries a run on a server and follows the new one, or says what that would reuse. @throws {CliError} */
export async function retryRun(runId: string, flags: RetryFlags, context: CliContext): Promise<ExitCode> {
  const client = new HttpRunClient({
    baseUrl: parseServerUrl(flags.server),
    apiKey: flags.apiKey ?? context.env['WAND_API_KEY'],
    retryBaseMs: RETRY_BASE_MS,
  });
  const retried = await client.retry(runId, await bodyOf(flags, context));
  const { runId: newRunId, reused, rerun } = retried;
  if (newRunId === null) {
    context.stdout.write(flags.json === true ? `${JSON.stringify({ reused, rerun }, null, 2)}\n` : listsText(retried));
    return EXIT.OK;
  }
  context.stderr.write(listsText(retried));
  return watchRun(
    client,
    {
      graphName: await client.graphName(newRunId),
      nodeIds: [...reused, ...rerun],
      outFolder: flags.out,
      json: flags.json ?? false,
      begin: () => Promise.resolve(newRunId),
    },
    context,
  );
}

async function bodyOf(flags: RetryFlags, context: CliContext): Promise<JsonObject> {
  const input = await parseRunInput(flags.input, (name) => readJsonFile(name, context));
  return {
    ...(flags.from === undefined ? {} : { from: nodeIds(flags.from) }),
    ...(flags.skip === undefined ? {} : { skip: nodeIds(flags.skip) }),
    ...(input === undefined ? {} : { input }),
    ...(flags.graphVersion === undefined ? {} : { graph_version: parseVersion(flags.graphVersion) }),
    ...(flags.dryRun === undefined ? {} : { dry_run: true }),
  };
}

function nodeIds(text: string): string[] {
  return text.split(',').map((id) => id.trim());
}

function parseVersion(text: string): string | number {
  if (text === 'same' || text === 'latest') return text;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new CliError(`--graph-version ${JSON.stringify(text)}: takes "same", "latest" or a number such as 2`);
}

function listsText({ reused, rerun }: RetriedRun): string {
  const list = (ids: readonly string[]): string =>
    ids.length === 0 ? 'nothing' : printableLine(clipText(ids.join(', '), LONGEST_LIST));
  return `reuses ${list(reused)}\ndecides again ${list(rerun)}\n`;
}
