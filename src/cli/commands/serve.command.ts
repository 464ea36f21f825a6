import { pathToFileURL } from 'node:url';
import { type Command } from 'commander';
import { limitHeapGrowth } from '../../limit-heap-growth.js';
import type { CommandHost } from './command-host.js';

/** `wand serve` */
export function addServeCommand(program: Command, { context }: CommandHost): void {
  program
    .command('serve')
    .summary('serve the REST API until SIGTERM or Ctrl-C')
    .description(
      'Serves the REST API. Configuration comes from the environment, .env and config/<ENVIRONMENT>.env; ' +
        '`wand config` shows it. Unfinished runs go on where they were.',
    )
    .option('--role <role>', 'api answers requests, worker works on runs, all does both; wins over ROLE')
    .option('--pool <name>', 'a pool to work for; once for each; they win over EXECUTION__POOLS', addPool)
    .option('--wait', 'when another process owns the database, wait for it to go instead of stopping')
    .addHelpText(
      'after',
      '\nExamples:\n  wand serve\n  wand serve --role worker --pool gpu\n  PORT=9000 wand serve --wait',
    )
    .action(async ({ role, pool, wait }: { role?: string; pool?: readonly string[]; wait?: true }) => {
      limitHeapGrowth();
      // Imported only here: the other commands need not load the HTTP stack.
      const { serve } = await import('../../bootstrap.js');
      await serve({ packageRoot: pathToFileURL(`${context.packageRoot}/`), wait: wait ?? false, role, pool });
    });
}

function addPool(name: string, before: readonly string[] = []): readonly string[] {
  return [...before, name];
}
