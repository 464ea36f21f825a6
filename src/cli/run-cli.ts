import { CommanderError } from 'commander';
import type { CliContext } from './cli-context.js';
import { CliError, fieldOf, messageOf } from './cli-errors.js';
import { EXIT, type ExitCode } from './exit-code.js';
import { buildProgram } from './program.js';
import { printable } from './text/printable.js';

/**
 * Runs one command. Returns what the process is to exit with once nothing is left to do; undefined for a command that
 * goes on, such as `serve`. Never throws.
 */
export async function runCli(args: readonly string[], context: CliContext): Promise<ExitCode | undefined> {
  let code: ExitCode | undefined;
  try {
    const program = buildProgram({ context, exit: (exitCode) => (code = exitCode) });
    await program.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    // commander has said already what is wrong.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.OK : EXIT.FAILED;
    context.stderr.write(await withoutKeys(errorText(error, context), context));
    return EXIT.FAILED;
  }
}

/** A key that was given in the wrong place may be part of what is said about it. */
async function withoutKeys(text: string, { env }: CliContext): Promise<string> {
  const { SecretRegistry } = await import('../config/secrets/secret-registry.js');
  return new SecretRegistry([env['WAND_API_KEY'] ?? '', env['SECURITY__API_KEY'] ?? '']).text(text);
}

function errorText(error: unknown, { env }: CliContext): string {
  // By name: to load the class would load the framework, for every command.
  if (fieldOf(error, 'name') === 'ConfigError') return `${printable(messageOf(error))}\n`;
  const lines = [`wand: ${messageOf(error)}`];
  if (error instanceof CliError) lines.push(...error.faults.map((fault) => `  ${fault}`));
  else if (env['DEBUG'] === 'true' && error instanceof Error) lines.push(error.stack ?? '');
  return `${printable(lines.join('\n'))}\n`;
}
