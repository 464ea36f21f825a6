import { Command } from 'commander';
import { addConfigCommand } from './commands/config.command.js';
import type { CommandHost } from './commands/command-host.js';
import { addDbCommand } from './commands/db.command.js';
import { addDemoCommand } from './commands/demo.command.js';
import { addExplainCommand } from './commands/explain.command.js';
import { addGraphCommand } from './commands/graph.command.js';
import { addKeysCommand } from './commands/keys.command.js';
import { addReplayCommand } from './commands/replay.command.js';
import { addRetryCommand } from './commands/retry.command.js';
import { addRunCommand } from './commands/run.command.js';
import { addServeCommand } from './commands/serve.command.js';
import { addSetupCommand } from './commands/setup.command.js';
import { addValidateCommand } from './commands/validate.command.js';

const EXAMPLES = `
Examples:
  wand demo                                a graph, live, without a network
  wand run graph.json --input url=https://example.com
  wand validate graph.json
  wand graph graph.json --mermaid
  wand setup && wand serve

\`wand help <command>\` says more about each.`;

/** The `wand` command with all its parts. Instead of exiting it throws commander's `CommanderError`. */
export function buildProgram(host: CommandHost): Command {
  const { stdout, stderr, version } = host.context;
  const program = new Command('wand')
    .description('Runs graphs of agents: durably, observably, here or on a server.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show this help')
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      outputError: (text, write) => write(text.replace(/^error: /, 'wand: ')),
    })
    .showSuggestionAfterError()
    .exitOverride()
    .addHelpText('after', EXAMPLES);
  for (const add of [
    addServeCommand,
    addRunCommand,
    addRetryCommand,
    addExplainCommand,
    addReplayCommand,
    addValidateCommand,
    addGraphCommand,
    addConfigCommand,
    addDbCommand,
    addKeysCommand,
    addSetupCommand,
    addDemoCommand,
  ]) {
    add(program, host);
  }
  return program;
}
