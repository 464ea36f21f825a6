import { type Command } from 'commander';
import type { CommandHost } from './command-host.js';

/** `wand validate` */
export function addValidateCommand(program: Command, { context, exit }: CommandHost): void {
  program
    .command('validate')
    .summary('check a graph without running it')
    .description(
      'Makes the same checks as POST /graphs/validate: one line per fault or warning, with file, line and column. Exit code ' +
        '1 if there is a fault; warnings do not count.',
    )
    .argument('<graph.json>', 'file with the graph; - reads it from the standard input')
    .addHelpText('after', '\nExample:\n  wand validate graph.json')
    .action(async (path: string) => {
      const { validateGraphFile } = await import('./validate.action.js');
      exit(await validateGraphFile(path, context));
    });
}
