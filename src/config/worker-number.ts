import type { EnvironmentRecord } from './variables.js';

/** By which a parent tells the processes that it starts for WORKERS which one each is. No key: nobody else sets it. */
export const WORKER_NUMBER = 'WAND_WORKER_NUMBER';

/** From 1; undefined in a process that was started by itself. */
export function workerNumberOf(env: EnvironmentRecord): number | undefined {
  const number = Number(env[WORKER_NUMBER]);
  return Number.isInteger(number) && number > 0 ? number : undefined;
}
