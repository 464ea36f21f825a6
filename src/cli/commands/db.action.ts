import { isAbsolute, resolve } from 'node:path';
import { loadConfig } from '../../config/index.js';
import { backUp } from '../../storage/backup/index.js';
import type { CliContext } from '../cli-context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { shownPath } from '../output/shown-path.js';

const MEGABYTE = 1_000_000;

/** Copies the database and says what was copied. @throws {ConfigError | BackUpError | DatabaseOpenError | DatabaseUrlError} */
export function backUpDatabase(file: string, { env, cwd, packageRoot, stdout }: CliContext): ExitCode {
  const { config } = loadConfig({ env, cwd, packageRoot });
  const to = isAbsolute(file) ? file : resolve(cwd, file);
  const { bytes, runs } = backUp({ url: config.database.url, to });
  const size = (bytes / MEGABYTE).toFixed(1);
  stdout.write(`wrote ${shownPath(to, cwd)}: ${size} MB, ${runs} ${runs === 1 ? 'run' : 'runs'}, checked\n`);
  return EXIT.OK;
}
