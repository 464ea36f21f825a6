import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const SUPPORT = join(__dirname, 'support');

/** Processes that are ready to open a database at the same moment. */
export class OpeningProcesses {
  private constructor(private readonly processes: readonly ChildProcess[]) {}

  static async start(count: number): Promise<OpeningProcesses> {
    const execArgv = ['--import', pathToFileURL(join(SUPPORT, 'typescript-loader.mjs')).href];
    const processes = Array.from({ length: count }, () => fork(join(SUPPORT, 'open-database.child.ts'), { execArgv }));
    await Promise.all(processes.map((child) => once(child, 'message')));
    return new OpeningProcesses(processes);
  }

  /** What each of them says: `opened`, or why not. */
  open(url: string): Promise<unknown[]> {
    const answers = this.processes.map(async (child) => {
      const answer = once(child, 'message');
      child.send(url);
      return (await answer)[0] as unknown;
    });
    return Promise.all(answers);
  }

  async end(): Promise<void> {
    const exits = this.processes.map((child) => once(child, 'exit'));
    for (const child of this.processes) child.kill();
    await Promise.all(exits);
  }
}
