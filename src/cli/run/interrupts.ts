import { EXIT, type ExitCode } from '../exit-code.js';

/** npm passes a terminal's Ctrl-C on to a child that has got it already: what follows this soon is no second one. */
const ECHO_MS = 500;

/** Turns Ctrl-C into a request to stop, and a second one into an exit at once. */
export class Interrupts {
  private firstAt: number | undefined;
  private code: ExitCode | undefined;
  private readonly onSigint = (): void => this.receive(EXIT.INTERRUPTED);
  private readonly onSigterm = (): void => this.receive(EXIT.TERMINATED);

  /**
   * @param options.onFirst Asks what is under way to stop.
   * @param options.onSecond Leaves the terminal in order; the process exits right after it.
   */
  constructor(private readonly options: { readonly onFirst: () => void; readonly onSecond: () => void }) {
    process.on('SIGINT', this.onSigint);
    process.on('SIGTERM', this.onSigterm);
  }

  /** What the process is to exit with; undefined while nobody interrupted it. */
  get exitCode(): ExitCode | undefined {
    return this.code;
  }

  dispose(): void {
    process.off('SIGINT', this.onSigint);
    process.off('SIGTERM', this.onSigterm);
  }

  private receive(code: ExitCode): void {
    const now = performance.now();
    if (this.firstAt === undefined) {
      this.firstAt = now;
      this.code = code;
      this.options.onFirst();
    } else if (now - this.firstAt > ECHO_MS) {
      this.options.onSecond();
      process.exit(code);
    }
  }
}
