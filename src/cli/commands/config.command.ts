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
        '.env, which wins over config/<ENVIRONMENT>.env, which wins over the defaults. Secrets are masked.',
    )
    .addHelpText('after', '\nExamples:\n  wand config\n  ENVIRONMENT=production wand config validate')
    .action(async () => {
      const { showConfig } = await import('./config.action.js');
      showConfig(context);
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
