import { type Command } from 'commander';
import type { CommandHost } from './command-host.js';
import type { CopyFlags } from './db-copy.action.js';

const STATUS_HELP = `
Exit codes:
  0  the schema is up to date
  1  the database cannot be reached or read
  2  migrations are pending, or a SQLite file is not there yet
  3  this program cannot run on it: a newer one has migrated it, or it holds an unfinished copy`;

const COPY_HELP = `
A URL that holds a password belongs into a file or the environment: arguments are seen by every user of the machine.
  --from-file, --to-file                 the first line of a file
  WAND_COPY_FROM_URL, WAND_COPY_TO_URL   counted when no option says otherwise
Without any of them the copy is from DATABASE__URL.

Exit codes:
  0  copied, and the same on both sides
  1  not copied to the end (run it again), or the two differ

Examples:
  wand db copy --from sqlite:///./wand.db --to-file /run/secrets/postgres_url
  WAND_COPY_TO_URL=mysql://wand:secret@db:3306/wand wand db copy --from sqlite:///./wand.db
  wand db copy --verify-only --from sqlite:///./wand.db --to-file /run/secrets/postgres_url`;

/** `wand db backup`, `status`, `migrate` and `copy` */
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
  command
    .command('status')
    .summary('what is in the database, and whether its schema is up to date')
    .description(
      'Says which database DATABASE__URL names, the version of its schema and what is missing, who runs on it and how much it ' +
        'holds. Nothing is changed, and no file is made.',
    )
    .option('--json', 'print one JSON object')
    .addHelpText('after', STATUS_HELP)
    .action(async (flags: { json?: true }) => {
      const { showStatus } = await import('./db.action.js');
      exit(await showStatus(flags, context));
    });
  command
    .command('migrate')
    .summary('bring the schema up to date')
    .description(
      'Applies the migrations that the database of DATABASE__URL lacks. However many do so at once, one does it and the others ' +
        'wait; where nothing is missing, nothing is done. A service with DATABASE__MIGRATE=check starts after that alone.',
    )
    .option('--json', 'print one JSON object')
    .action(async (flags: { json?: true }) => {
      const { migrateSchema } = await import('./db.action.js');
      exit(await migrateSchema(flags, context));
    });
  command
    .command('copy')
    .summary('move an installation to another database')
    .description(
      'Copies everything from one database to another, both SQLite, PostgreSQL, MySQL or MariaDB, and compares the two row by ' +
        'row. No service may run on either. When it was interrupted, the same command goes on where it was; until it has ended well no service starts on the target.',
    )
    .option('--from <url>', 'the database that is copied; it stays as it is')
    .option('--from-file <path>', 'a file with its URL')
    .option('--to <url>', 'an empty database, or one that holds the beginning of this copy')
    .option('--to-file <path>', 'a file with its URL')
    .option('--batch <rows>', 'rows of one transaction at most', '1000')
    .option(
      '--replace-invalid-text',
      'put U+FFFD where a text holds NUL or half of a character, instead of stopping there',
    )
    .option('--verify-only', 'copy nothing, compare what is there')
    .option('--json', 'print one JSON object')
    .addHelpText('after', COPY_HELP)
    .action(async (flags: CopyFlags) => {
      const { copyInstallation } = await import('./db-copy.action.js');
      exit(await copyInstallation(flags, context));
    });
}
