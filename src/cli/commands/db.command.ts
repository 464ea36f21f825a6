import { type Command } from 'commander';
import type { CommandHost } from './command-host.js';

/** `wand db backup` */
export function addDbCommand(program: Command, { context, exit }: CommandHost): void {
  const command = program.command('db').summary('look after the database').description('Looks after the database.');
  command
    .command('backup')
    .argument('<file>', 'the file to be made; it must not exist')
    .summary('copy the database to a file while the service runs')
    .description(
      'Copies the database of DATABASE__URL as it is at one moment, while the service runs, and checks the copy. To restore it, ' +
        'stop the service and start it on the file.',
    )
    .addHelpText('after', '\nExample:\n  wand db backup /backups/wand-$(date +%F).db')
    .action(async (file: string) => {
      const { backUpDatabase } = await import('./db.action.js');
      exit(backUpDatabase(file, context));
    });
}
