import type { Readable, Writable } from 'node:stream';

/** A stream that may lead to a terminal. */
export type OutputStream = Writable & { readonly isTTY?: boolean; readonly columns?: number; readonly rows?: number };
export type InputStream = Readable & { readonly isTTY?: boolean };

/** The process as a command sees it. */
export interface CliContext {
  /** The folder with package.json, `config/` and `examples/`. */
  readonly packageRoot: string;
  readonly version: string;
  /** Relative paths start here; its `.env` is read. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: InputStream;
  /** Results. */
  readonly stdout: OutputStream;
  /** Progress, warnings and faults. */
  readonly stderr: OutputStream;
}

/** True where redrawn lines and colours are welcome: a terminal, without `NO_COLOR` and outside CI. */
export function isLively({ stderr, env }: Pick<CliContext, 'stderr' | 'env'>): boolean {
  const isSet = (name: string): boolean => (env[name] ?? '') !== '';
  return stderr.isTTY === true && !isSet('NO_COLOR') && !isSet('CI') && env['TERM'] !== 'dumb';
}
