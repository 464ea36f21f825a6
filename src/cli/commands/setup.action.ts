import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { ENVIRONMENTS, renderEnvExample } from '../../config/index.js';
import type { CliContext } from '../cli-context.js';
import { CliError } from '../cli-errors.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { generateApiKey, renderEnvFile, writeSecretFile } from '../setup/env-file.js';

export interface SetupFlags {
  readonly yes?: true;
  readonly force?: true;
}

/** Creates `.env` in the working folder. @throws {CliError} if there is one that may not be replaced. */
export async function setUp(flags: SetupFlags, context: CliContext): Promise<ExitCode> {
  const path = join(context.cwd, '.env');
  const isAsking = flags.yes === undefined && context.stdin.isTTY === true && context.stderr.isTTY === true;
  const replace = flags.force === true || (existsSync(path) && (await mayReplace(path, isAsking, context)));
  const environment = isAsking ? await askEnvironment(context) : undefined;
  const text = renderEnvFile(renderEnvExample(), {
    ...(environment === undefined ? {} : { ENVIRONMENT: environment }),
    SECURITY__API_KEY: generateApiKey(),
  });
  if (!(await writeSecretFile(path, text, { replace }))) throw exists(path);
  context.stdout.write(`wrote ${path} with a new SECURITY__API_KEY; only you can read it\n`);
  return EXIT.OK;
}

/** @throws {CliError} unless the user says yes. */
async function mayReplace(path: string, isAsking: boolean, context: CliContext): Promise<true> {
  if (!isAsking) throw exists(path);
  const answer = await ask(`${path} exists. Replace it? Its key is lost then. [y/N] `, context);
  if (!/^y(?:es)?$/i.test(answer)) throw new CliError(`${path} was left as it is`);
  return true;
}

async function askEnvironment(context: CliContext): Promise<string> {
  const [first] = ENVIRONMENTS;
  for (;;) {
    const answer = await ask(`Environment (${ENVIRONMENTS.join(', ')}) [${first}]: `, context);
    if (answer === '') return first;
    if (ENVIRONMENTS.some((environment) => environment === answer)) return answer;
  }
}

/** @throws {CliError} if the user leaves instead of answering. */
async function ask(question: string, { stdin, stderr }: CliContext): Promise<string> {
  const terminal = createInterface({ input: stdin, output: stderr });
  const leaving = new AbortController();
  terminal.once('close', () => leaving.abort()).once('SIGINT', () => terminal.close());
  try {
    return (await terminal.question(question, { signal: leaving.signal })).trim();
  } catch (error) {
    throw new CliError('nothing was written: the question was not answered', { cause: error });
  } finally {
    terminal.close();
  }
}

function exists(path: string): CliError {
  return new CliError(`${path} exists and was left as it is: pass --force to replace it`);
}
