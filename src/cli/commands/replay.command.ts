import { type Command } from 'commander';
import type { CommandHost } from './command-host.js';
import type { ReplayFlags } from './replay.action.js';

const EXAMPLES = `
Example:
  curl -sf $URL/runs/$RUN/journal.ndjson -H "X-API-Key: $KEY" -o run.ndjson
  wand replay run.ndjson`;

/** `wand replay` */
export function addReplayCommand(program: Command, { context, exit }: CommandHost): void {
  program
    .command('replay')
    .summary('decide a journaled run once more, and say what differs')
    .description(
      'Reads the file that GET /runs/{run_id}/journal.ndjson answers and says where this version would have decided ' +
        'otherwise. Nothing is executed, no server is asked. Exit code 1 if there is a difference; 0 if there is none.',
    )
    .argument('<file>', 'the journal; - reads it from the standard input')
    .option('--json', 'print the differences as JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (path: string, flags: ReplayFlags) => {
      const { replayJournal } = await import('./replay.action.js');
      exit(await replayJournal(path, flags, context));
    });
}
