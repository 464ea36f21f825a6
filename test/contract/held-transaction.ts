import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { HoldRequest } from './support/hold-transaction.child.js';

const SUPPORT = join(__dirname, 'support');

/** A process that has changed the row 1 of `held` in a transaction which it has not ended. */
export class HeldTransaction {
  private constructor(private readonly child: ChildProcess) {}

  static async begin(request: HoldRequest): Promise<HeldTransaction> {
    const execArgv = ['--import', pathToFileURL(join(SUPPORT, 'typescript-loader.mjs')).href];
    const child = fork(join(SUPPORT, 'hold-transaction.child.ts'), { execArgv });
    await once(child, 'message');
    const holds = once(child, 'message');
    child.send(request);
    const [answer] = (await holds) as unknown[];
    if (answer !== 'holds') throw new Error(`the transaction could not be begun: ${String(answer)}`);
    return new HeldTransaction(child);
  }

  freeze(): void {
    this.child.kill('SIGSTOP');
  }

  /** What became of the transaction once it went on. */
  async goOn(): Promise<unknown> {
    const answer = once(this.child, 'message');
    // Before it is awake: it reads this and what the server has told it meanwhile in one go.
    this.child.send('go on');
    this.child.kill('SIGCONT');
    return ((await answer) as unknown[])[0];
  }

  /** How the process ended. */
  async exitCode(): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'exit');
    return this.child.exitCode;
  }

  /** Whatever state it is in. */
  kill(): void {
    this.child.kill('SIGKILL');
  }
}
