import { type Command } from 'commander';
import { collect } from './collect.js';
import type { CommandHost } from './command-host.js';
import type { RunFlags } from './run.action.js';

const EXAMPLES = `
Examples:
  wand run graph.json
  wand run graph.json --input url=https://example.com --input limit=3
  wand run graph.json --input @input.json --out charts
  WAND_API_KEY=… wand run graph.json --server https://wand.example.com --label team:data

Exit code: 0 when the run ends in SUCCESS, 130 after Ctrl-C, 1 in every other case.`;

/** `wand run` */
export function addRunCommand(program: Command, { context, exit }: CommandHost): void {
  program
    .command('run')
    .summary('run a graph and show it live')
    .description(
      'Runs a graph, here with the same engine that serves the API, or on a server. Shows progress on stderr, prints the ' +
        'result on stdout and writes what the agents produced next to the graph file as <graph name>-<file>.',
    )
    .argument('<graph.json>', 'file with the graph; - reads it from the standard input')
    .option(
      '-i, --input <key=value|@file>',
      "a key of the run's input, or a JSON file with all of it; repeatable. Values that parse as JSON are JSON (3, true, " +
        '["a"]), others are text. A dot in a key has no meaning: give nested input in a file.',
      collect,
      [],
    )
    .option('-s, --server <url>', 'run on this server instead of here')
    .option('--api-key <key>', 'key for the server; better set WAND_API_KEY, which other users cannot see')
    .option('-l, --label <key:value>', 'label of the run; repeatable', collect, [])
    .option('-o, --out <folder>', 'where to write artifacts (default: next to the graph file)')
    .option('--json', 'print one JSON object instead of text')
    .addHelpText('after', EXAMPLES)
    .action(async (path: string, flags: RunFlags) => {
      const { runGraph } = await import('./run.action.js');
      exit(await runGraph(path, flags, context));
    });
}
