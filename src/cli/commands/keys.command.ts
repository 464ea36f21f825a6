import { type Command } from 'commander';
import { collect } from './collect.js';
import type { CommandHost } from './command-host.js';
import type { CreateFlags, ListFlags, RotateFlags } from './keys.action.js';

const EXAMPLES = `
Examples:
  wand keys create --name ci --scope runs:read --scope runs:write --expires 90d
  KEY=$(wand keys create --name dashboard --scope runs:read --namespace team-a)
  wand keys list
  wand keys rotate k_01jd9x3k5r7s8t9v0w1x2y3z4a --overlap 24h
  wand keys revoke k_01jd9x3k5r7s8t9v0w1x2y3z4a`;

/** `wand keys create`, `list`, `revoke` and `rotate` */
export function addKeysCommand(program: Command, { context, exit }: CommandHost): void {
  const keys = program
    .command('keys')
    .summary('create, list, rotate and revoke API keys')
    .description(
      'Manages the API keys in the database that the configuration names, whether a service runs on it or not. A service ' +
        'takes a new key at once, and refuses one that has ended within 5 s.',
    )
    .addHelpText('after', EXAMPLES);
  keys
    .command('create')
    .description('Makes a key and prints it, this once: only its SHA-256 is kept.')
    .requiredOption('-n, --name <name>', 'what it is for')
    .option('-s, --scope <scope>', 'what it may do; at least one, repeatable', collect, [])
    .option('--namespace <namespace>', 'where its graphs and runs are; default when left out')
    .option(
      '--expires <time>',
      'when it ends: 30m, 12h, 90d or a time such as 2026-11-23T10:00:00Z; never when left out',
    )
    .option('--json', 'print one JSON object instead of the key alone')
    .action(async (flags: CreateFlags) => {
      const { createKey } = await import('./keys.action.js');
      exit(await createKey(flags, context));
    });
  keys
    .command('list')
    .description('Lists the keys, newest first, those that have ended as well.')
    .option('--namespace <namespace>', 'only those of this namespace')
    .option('--json', 'print a JSON array instead of a table')
    .action(async (flags: ListFlags) => {
      const { listKeys } = await import('./keys.action.js');
      exit(await listKeys(flags, context));
    });
  keys
    .command('rotate')
    .description(
      'Makes a key in place of another one, with its scopes, and prints it. The other one ends after the overlap.',
    )
    .argument('<key_id>', 'id of the key that is replaced')
    .option('--overlap <time>', 'how long both count: 30m, 12h, 7d', '1h')
    .option('--json', 'print one JSON object instead of the key alone')
    .action(async (keyId: string, flags: RotateFlags) => {
      const { rotateKey } = await import('./keys.action.js');
      exit(await rotateKey(keyId, flags, context));
    });
  keys
    .command('revoke')
    .description('Ends a key, and the tokens that were made from it.')
    .argument('<key_id>', 'id of the key')
    .action(async (keyId: string) => {
      const { revokeKey } = await import('./keys.action.js');
      exit(await revokeKey(keyId, context));
    });
}
