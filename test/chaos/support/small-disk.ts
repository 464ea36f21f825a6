import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** A place for a database that a test can make full, and give room again. */
export interface SmallDisk {
  readonly database: string;
  /** From now on the process can write nothing that needs more room. */
  fill(pid: number): void;
  /** There is room again. */
  empty(pid: number): void;
  /** To be called when nobody uses it any more. */
  remove(): void;
}

const TMPFS_SIZE = '32m';
/** From large to small, so that nothing is left in the end. */
const BALLAST_BYTES = [1_048_576, 4_096, 1];

/** A file system of its own, where writing fails with ENOSPC. Undefined where this user may not mount one. */
export function tmpfsDisk(folder: string): SmallDisk | undefined {
  const mountPoint = join(folder, 'disk');
  mkdirSync(mountPoint);
  if (!succeeds('mount', ['-t', 'tmpfs', '-o', `size=${TMPFS_SIZE}`, 'tmpfs', mountPoint])) return undefined;
  const ballast = join(mountPoint, 'ballast');
  return {
    database: join(mountPoint, 'wand.db'),
    fill: () => fillUp(ballast),
    empty: () => rmSync(ballast, { force: true }),
    remove: () => {
      if (!succeeds('umount', ['-l', mountPoint])) throw new Error(`cannot unmount ${mountPoint}`);
    },
  };
}

/**
 * A limit on the size of the process's files, past which writing fails with EFBIG: no rights needed. Undefined where there
 * is no `prlimit`.
 */
export function limitedDisk(folder: string): SmallDisk | undefined {
  if (!succeeds('prlimit', ['--version'])) return undefined;
  const database = join(folder, 'limited.db');
  const limit = (pid: number, bytes: string): boolean =>
    succeeds('prlimit', ['--pid', String(pid), `--fsize=${bytes}:`]);
  return {
    database,
    fill: (pid) => {
      const bytes = Math.min(sizeOf(database), sizeOf(`${database}-wal`));
      if (!limit(pid, String(bytes))) throw new Error(`cannot limit the files of process ${pid}`);
    },
    // A process that was killed has taken its limit with it.
    empty: (pid) => void limit(pid, 'unlimited'),
    remove: () => undefined,
  };
}

function fillUp(ballast: string): void {
  const file = openSync(ballast, 'a');
  try {
    for (const bytes of BALLAST_BYTES) fillWith(file, Buffer.alloc(bytes));
  } finally {
    closeSync(file);
  }
}

function fillWith(file: number, chunk: Buffer): void {
  for (;;) {
    try {
      writeSync(file, chunk);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return;
      throw error;
    }
  }
}

function sizeOf(path: string): number {
  return existsSync(path) ? statSync(path).size : 0;
}

function succeeds(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}
