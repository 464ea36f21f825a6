import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Connection } from '../connection.ts';
import { freePort } from '../free-port.ts';

/** The Nest application that does nothing, in a process of its own. */
export interface BareNest {
  readonly pid: number;
  connect(): Promise<Connection>;
  stop(): void;
}

/** Resolves when it listens. */
export async function bareNest(): Promise<BareNest> {
  const port = await freePort();
  const child = fork(new URL('bare-nest.ts', import.meta.url), [String(port)]);
  await once(child, 'message');
  if (child.pid === undefined) throw new Error('the bare application could not be started');
  return { pid: child.pid, connect: () => Connection.open(`http://127.0.0.1:${port}`), stop: () => void child.kill() };
}
