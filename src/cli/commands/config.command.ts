import { type Command } from 'commander';
import { EXIT } from '../exit-code.js';
import type { CommandHost } from './command-host.js';

/** `wand config` and `wand config validate` */
export function addConfigCommand(program: Command, { context, exit }: CommandHost): void {
  const command = program
    .command('config')
    .summary('show or check the configuration')
    .description(
      'Prints every key with the value in effect, as the service would read it here: the process environment wins over ' +
        '.env, which wins over config/<ENVIRONMENT>.env, which wins over the defaults; <KEY>_FILE names a file that holds the value of <KEY>. Secrets are masked.',
    )
    .option('--json', 'print what GET /config answers: also where each value comes from')
    .addHelpText('after', '\nExamples:\n  wand config\n  ENVIRONMENT=production wand config validate')
    .action(async (flags: { readonly json?: true }) => {
      const { showConfig } = await import('./config.action.js');
      showConfig(flags, context);
      exit(EXIT.OK);
    });
  command
    .command('validate')
    .description('Checks the configuration as a start would: one line per fault, and exit code 1 if there is one.')
    .action(async () => {
      const { checkConfig } = await import('./config.action.js');
      checkConfig(context);
      exit(EXIT.OK);
    });
}
