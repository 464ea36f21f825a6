import { type Command } from 'commander';
import type { CommandHost } from './command-host.js';
import type { DemoFlags } from './demo.action.js';

const DEFAULT_FOLDER = 'artifacts';

/** `wand demo` */
export function addDemoCommand(program: Command, { context, exit }: CommandHost): void {
  program
    .command('demo')
    .summary('fetch a document, analyse it, draw a chart')
    .description(
      'Runs examples/fetch-analyze-chart.json: fetches a document, counts what is in it and draws a chart. Without a URL it ' +
        'serves a document of its own on this machine, so it works without a network.',
    )
    .argument('[url]', 'the document to fetch instead')
    .option('-o, --out <folder>', 'where to write the chart', DEFAULT_FOLDER)
    .option('--json', 'print one JSON object instead of text')
    .addHelpText('after', '\nExamples:\n  wand demo\n  wand demo https://example.com --out .')
    .action(async (url: string | undefined, flags: DemoFlags) => {
      const { runDemo } = await import('./demo.action.js');
      exit(await runDemo(url, flags, context));
    });
}
