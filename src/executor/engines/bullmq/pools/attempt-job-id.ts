import type { AttemptKey } from '../../../../storage/index.js';
import { RUN_ID, runId } from '../../../core/index.js';

/** Names an attempt in a queue: the job holds nothing else. */
export type AttemptJobId = string & { readonly brand: 'attempt job' };

/** No more digits than databases keep: whatever writes to the queue could ask them for what they refuse. */
const JOB_ID = /^([^.]+)\.([A-Za-z0-9_-]{1,64})\.(\d{1,9})\.(\d{1,9})$/;

export function attemptJobId({ runId: run, nodeId, attempt, epoch }: AttemptKey): AttemptJobId {
  return `${run}.${nodeId}.${attempt}.${epoch}` as AttemptJobId;
}

/** Undefined if it names no attempt. */
export function attemptOfJob(id: AttemptJobId): AttemptKey | undefined {
  const [, run, nodeId, attempt, epoch] = JOB_ID.exec(id) ?? [];
  if (run === undefined || !RUN_ID.test(run) || nodeId === undefined) return undefined;
  return { runId: runId(run), nodeId, attempt: Number(attempt), epoch: Number(epoch) };
}
