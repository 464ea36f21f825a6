import { type Command } from 'commander';
import type { CommandHost } from './command-host.js';
import type { ExplainFlags } from './explain.action.js';

const EXAMPLES = `
Examples:
  wand explain r_01jd9x3k5r7s8t9v0w1x2y3z4b --server https://wand.example.com
  wand explain r_01jd9x3k5r7s8t9v0w1x2y3z4b chart --server https://wand.example.com`;

/** `wand explain` */
export function addExplainCommand(program: Command, { context, exit }: CommandHost): void {
  program
    .command('explain')
    .summary('why a node ran, waits or was skipped')
    .description('Says in a sentence where each node of a run stands, or all about one of them.')
    .argument('<run_id>', 'id of the run')
    .argument('[node]', 'id of the node; all of them when left out')
    .requiredOption('-s, --server <url>', 'where the run is')
    .option('--api-key <key>', 'key for the server; better set WAND_API_KEY, which other users cannot see')
    .option('--json', 'print the answer of the server as it is')
    .addHelpText('after', EXAMPLES)
    .action(async (runId: string, node: string | undefined, flags: ExplainFlags) => {
      const { explainRun } = await import('./explain.action.js');
      exit(await explainRun(runId, node, flags, context));
    });
}
