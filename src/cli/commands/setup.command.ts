import { type Command } from 'commander';
import type { CommandHost } from './command-host.js';
import type { SetupFlags } from './setup.action.js';

/** `wand setup` */
export function addSetupCommand(program: Command, { context, exit }: CommandHost): void {
  program
    .command('setup')
    .summary('create .env with a new API key')
    .description(
      'Creates .env in this folder: every key with its explanation, and a new strong SECURITY__API_KEY. Only its owner can ' +
        'read the file. An existing .env is replaced only when you say so.',
    )
    .option('-y, --yes', 'ask nothing: take the defaults, and leave an existing .env alone')
    .option('-f, --force', 'replace an existing .env without asking')
    .addHelpText('after', '\nExamples:\n  wand setup\n  wand setup --yes\n  wand setup --force')
    .action(async (flags: SetupFlags) => {
      const { setUp } = await import('./setup.action.js');
      exit(await setUp(flags, context));
    });
}
