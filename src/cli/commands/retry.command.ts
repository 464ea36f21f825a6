import { type Command } from 'commander';
import { collect } from './collect.js';
import type { CommandHost } from './command-host.js';
import type { RetryFlags } from './retry.action.js';

const EXAMPLES = `
Examples:
  wand retry r_01jd9x3k5r7s8t9v0w1x2y3z4b --server https://wand.example.com
  wand retry r_01jd9x3k5r7s8t9v0w1x2y3z4b --server https://wand.example.com --from chart --dry-run

Exit code: 0 when the new run ends in SUCCESS or nothing was to run, 130 after Ctrl-C, 1 in every other case.`;

/** `wand retry` */
export function addRetryCommand(program: Command, { context, exit }: CommandHost): void {
  program
    .command('retry')
    .summary('run again what did not succeed in a run')
    .description(
      'Makes a new run on a server that takes over the successes of one that has ended, and follows it as `wand run` does.',
    )
    .argument('<run_id>', 'id of the run that has ended')
    .requiredOption('-s, --server <url>', 'where the run is')
    .option('--api-key <key>', 'key for the server; better set WAND_API_KEY, which other users cannot see')
    .option('-f, --from <a,b>', 'nodes that run again although they succeeded, and all behind them')
    .option('--skip <a,b>', 'nodes that are not to run')
    .option('-i, --input <key=value|@file>', 'another input, given as for `wand run`; repeatable', collect, [])
    .option('--graph-version <version>', 'same (default), latest or a number')
    .option('--dry-run', 'only say what would be reused')
    .option('-o, --out <folder>', 'where to write artifacts', '.')
    .option('--json', 'print one JSON object instead of text')
    .addHelpText('after', EXAMPLES)
    .action(async (runId: string, flags: RetryFlags) => {
      const { retryRun } = await import('./retry.action.js');
      exit(await retryRun(runId, flags, context));
    });
}
