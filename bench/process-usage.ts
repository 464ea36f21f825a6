import { readFileSync, readdirSync } from 'node:fs';

/** Clock ticks per second in /proc; the same on every Linux that Node runs on. */
const TICKS_PER_SEC = 100;

const NS_PER_SEC = 1e9;

/**
 * Processor seconds that the threads of a process have used so far, to the nanosecond: for a process that ends no threads. Where the kernel
 * does not count them, `cpuSeconds`.
 */
export function cpuSecondsOfThreads(pid: number): number | undefined {
  const times = threadsOf(pid).map((thread) => readProc(pid, `task/${thread}/schedstat`)?.split(' ')[0]);
  const ns = times.reduce((sum, time) => sum + Number(time ?? 0), 0);
  return ns === 0 ? cpuSeconds(pid) : ns / NS_PER_SEC;
}

/** Processor seconds that a process has used so far, in user mode and in the kernel; undefined where there is no /proc. */
export function cpuSeconds(pid: number): number | undefined {
  const text = readProc(pid, 'stat');
  if (text === undefined) return undefined;
  // The name of the program stands in parentheses and may hold blanks: fields are counted from behind it.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SEC;
}

/** The most memory that a process has held at once, in bytes; undefined where there is no /proc. */
export function peakMemoryBytes(pid: number): number | undefined {
  return statusBytes(pid, 'VmHWM');
}

/** Memory that a process holds, in bytes; undefined where there is no /proc. */
export function memoryBytes(pid: number): number | undefined {
  return statusBytes(pid, 'VmRSS');
}

function statusBytes(pid: number, field: string): number | undefined {
  const kilobytes = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readProc(pid, 'status') ?? '')?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1_024;
}

function threadsOf(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

function readProc(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return undefined;
  }
}
