import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { InProcessResult } from './in-process.child.ts';
import { MALLOC_ENV, NODE_FLAGS } from './service.ts';

/** Runs the pipeline in a service without HTTP, in a process of its own, and leaves its database in `folder`. */
export async function runInProcess(folder: string, runs: number, inFlight: number): Promise<InProcessResult> {
  const child = fork(new URL('in-process.child.ts', import.meta.url), [folder, String(runs), String(inFlight)], {
    execArgv: NODE_FLAGS,
    env: { ...process.env, ...MALLOC_ENV },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const failed = once(child, 'exit').then(([code]) => {
    throw new Error(`the service in a process of its own stopped with exit code ${String(code)}`);
  });
  const [result] = (await Promise.race([once(child, 'message'), failed])) as [InProcessResult];
  failed.catch(() => undefined);
  return result;
}
