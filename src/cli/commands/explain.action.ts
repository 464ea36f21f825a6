import { type Json, type JsonObject, isJsonObject } from '../../executor/core/index.js';
import type { CliContext } from '../cli-context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { explanationText, glanceText } from '../output/explanation-text.js';
import { parseServerUrl } from '../run/server-url.js';
import { WandApi } from '../run/wand-api.js';

const RETRY_BASE_MS = 1_000;

export interface ExplainFlags {
  readonly server: string;
  readonly apiKey?: string;
  readonly json?: true;
}

/** Prints why the nodes of a run on a server stand where they stand. @throws {CliError} */
export async function explainRun(
  runId: string,
  node: string | undefined,
  flags: ExplainFlags,
  { stdout, env }: CliContext,
): Promise<ExitCode> {
  const api = new WandApi({
    baseUrl: parseServerUrl(flags.server),
    apiKey: flags.apiKey ?? env['WAND_API_KEY'],
    retryBaseMs: RETRY_BASE_MS,
  });
  const query = node === undefined ? '' : `?node=${encodeURIComponent(node)}`;
  const path = `runs/${encodeURIComponent(runId)}/explain${query}`;
  const answer = await api.readObject(await api.sendAgain({ method: 'GET', path }));
  stdout.write(flags.json === true ? `${JSON.stringify(answer, null, 2)}\n` : textOf(answer));
  return EXIT.OK;
}

function textOf(answer: JsonObject): string {
  const { node, nodes } = answer;
  if (isJsonObject(node)) return explanationText(node);
  return Array.isArray(nodes) ? (nodes as readonly Json[]).filter(isJsonObject).map(glanceText).join('') : '';
}
