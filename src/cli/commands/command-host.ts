import type { CliContext } from '../cli-context.js';
import type { ExitCode } from '../exit-code.js';

/** What every command is given: the process, and where to leave what the process is to exit with. */
export interface CommandHost {
  readonly context: CliContext;
  /** Call once a command has ended; a command that keeps the process alive, such as `serve`, never does. */
  readonly exit: (code: ExitCode) => void;
}
