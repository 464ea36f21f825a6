import { resolve } from 'node:path';
import { isOutputFile } from '../../executor/core/index.js';
import type { CliContext } from '../cli-context.js';
import { messageOf } from '../cli-errors.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { ArtifactFolder } from '../output/artifact-files.js';
import { failureText, headline, outputsText } from '../output/outcome-text.js';
import { shownPath } from '../output/shown-path.js';
import { createDisplay } from '../progress/create-display.js';
import type { RunDisplay } from '../progress/run-display.js';
import { printable } from '../text/printable.js';
import { Interrupts } from './interrupts.js';
import type { RunClient, RunOutcome } from './run-client.js';

export interface WatchOptions {
  /** Name of the graph: files that the run made are saved under it. */
  readonly graphName: string;
  /** In the order in which they are shown. */
  readonly nodeIds: readonly string[];
  /** Where artifacts go. */
  readonly outFolder: string;
  /** Print one JSON object instead of text for people. */
  readonly json: boolean;
  /** Starts the run and gives its id. */
  readonly begin: () => Promise<string>;
}

/**
 * Begins a run and follows it to its end: progress on stderr, result and paths of artifacts on stdout. Ctrl-C cancels the run
 * and waits for it.
 */
export async function watchRun(client: RunClient, options: WatchOptions, context: CliContext): Promise<ExitCode> {
  const startedAt = performance.now();
  const display = createDisplay(context, options.nodeIds);
  let cancel = (): void => undefined;
  let isStopWanted = false;
  const interrupts = new Interrupts({
    onFirst: () => {
      isStopWanted = true;
      display.note('cancelling the run; press Ctrl-C again to leave at once');
      cancel();
    },
    onSecond: () => display.stop(),
  });
  try {
    const runId = await options.begin();
    cancel = () => {
      client.cancel(runId).catch((error: unknown) => display.note(`cannot cancel the run: ${messageOf(error)}`));
    };
    if (isStopWanted) cancel();
    await showRun(client, runId, display);
    const outcome = await client.outcome(runId);
    const paths = await saveArtifacts(client, runId, options, context);
    const ended = { runId, outcome, paths, tookMs: performance.now() - startedAt };
    if (options.json) printJson(ended, context);
    else printText(ended, context);
    return interrupts.exitCode ?? (outcome.status === 'SUCCESS' ? EXIT.OK : EXIT.FAILED);
  } finally {
    display.stop();
    interrupts.dispose();
  }
}

async function showRun(client: RunClient, runId: string, display: RunDisplay): Promise<void> {
  for await (const entry of client.follow(runId, { onNote: (text) => display.note(text) })) display.show(entry);
  display.stop();
}

async function saveArtifacts(
  client: RunClient,
  runId: string,
  { graphName, outFolder }: WatchOptions,
  { cwd, stderr }: CliContext,
): Promise<string[]> {
  // Large outputs are files too: they are shown with the result.
  const artifacts = (await client.artifacts(runId)).filter(({ name }) => !isOutputFile(name));
  if (artifacts.length === 0) return [];
  const folder = await ArtifactFolder.open(resolve(cwd, outFolder));
  const paths: string[] = [];
  for (const { name } of artifacts) {
    const saved = await folder.save(graphName, name, await client.readArtifact(runId, name));
    const path = shownPath(saved.path, cwd);
    if (saved.insteadOf !== undefined) {
      stderr.write(`warning: ${saved.insteadOf} exists and was not written by a run: saved as ${path}\n`);
    }
    paths.push(path);
  }
  return paths;
}

interface EndedRun {
  readonly runId: string;
  readonly outcome: RunOutcome;
  readonly paths: readonly string[];
  readonly tookMs: number;
}

function printText({ runId, outcome, paths, tookMs }: EndedRun, { stdout, stderr }: CliContext): void {
  stdout.write(`${headline(runId, outcome, tookMs)}\n`);
  const outputs = outputsText(outcome);
  if (outputs !== undefined) stdout.write(`${outputs}\n`);
  for (const path of paths) stdout.write(`${printable(path)}\n`);
  if (outcome.status === 'FAILED') stderr.write(`wand: the run failed: ${failureText(outcome)}\n`);
  if (outcome.status === 'CANCELLED') stderr.write('wand: the run was cancelled\n');
}

function printJson({ runId, outcome, paths }: EndedRun, { stdout }: CliContext): void {
  const { status, result, error } = outcome;
  stdout.write(`${JSON.stringify({ run_id: runId, status, result, error, artifacts: paths }, null, 2)}\n`);
}
