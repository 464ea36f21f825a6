import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { hasPassword } from '../../storage/copy/index.js';
import type { CliContext } from '../cli-context.js';
import { CliError, hasCode } from '../cli-errors.js';

export interface UrlFlags {
  readonly from?: string;
  readonly fromFile?: string;
  readonly to?: string;
  readonly toFile?: string;
}

/**
 * The two URLs of a copy: from an option, from a file, from the environment, in this order; the source may be the database of
 * the configuration. Warns of passwords among the arguments.
 *
 * @throws {CliError}
 */
export function copyUrls(
  flags: UrlFlags,
  configuredUrl: string,
  context: Pick<CliContext, 'cwd' | 'env' | 'stderr'>,
): { readonly from: string; readonly to: string } {
  const { env } = context;
  const from = given('--from', flags.from, flags.fromFile, context) ?? env['WAND_COPY_FROM_URL'] ?? configuredUrl;
  const to = given('--to', flags.to, flags.toFile, context) ?? env['WAND_COPY_TO_URL'];
  if (to === undefined) throw new CliError('name the target: --to <url>, --to-file <path> or WAND_COPY_TO_URL');
  return { from, to };
}

function given(
  side: string,
  url: string | undefined,
  file: string | undefined,
  { cwd, stderr }: Pick<CliContext, 'cwd' | 'stderr'>,
): string | undefined {
  if (url !== undefined && file !== undefined) throw new CliError(`${side} and ${side}-file: give one of the two`);
  if (url !== undefined && hasPassword(url)) {
    stderr.write(`wand: ${side} holds a password, which every user of this machine can see: use ${side}-file\n`);
  }
  return file === undefined ? url : urlIn(side, resolve(cwd, file));
}

function urlIn(side: string, path: string): string {
  try {
    const [line = ''] = readFileSync(path, 'utf8').split(/\r?\n/);
    if (line.trim() !== '') return line.trim();
  } catch (error) {
    const reason = hasCode(error, 'ENOENT') ? 'there is no such file' : 'it cannot be read';
    throw new CliError(`${side}-file ${path}: ${reason}`, { cause: error });
  }
  throw new CliError(`${side}-file ${path}: its first line holds no URL`);
}
