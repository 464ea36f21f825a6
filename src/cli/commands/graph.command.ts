import { type Command } from 'commander';
import type { CommandHost } from './command-host.js';

/** `wand graph` */
export function addGraphCommand(program: Command, { context, exit }: CommandHost): void {
  program
    .command('graph')
    .summary('draw a graph as Mermaid text')
    .description('Prints a valid graph as a Mermaid flowchart, which GitHub and many editors show as a picture.')
    .argument('<graph.json>', 'file with the graph; - reads it from the standard input')
    .option('--mermaid', 'as a Mermaid flowchart (the default, and the only format)')
    .addHelpText('after', '\nExample:\n  wand graph graph.json --mermaid > graph.mmd')
    .action(async (path: string) => {
      const { drawGraph } = await import('./graph.action.js');
      exit(await drawGraph(path, context));
    });
}
