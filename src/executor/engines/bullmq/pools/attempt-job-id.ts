import type { AttemptKey } from '../../../../storage/index.js';
import { runId } from '../../../core/index.js';

/** Names an attempt in a queue: the job holds nothing else. */
export type AttemptJobId = string & { readonly brand: 'attempt job' };

const JOB_ID = /^([^.]+)\.([^.]+)\.(\d+)\.(\d+)$/;

export function attemptJobId({ runId: run, nodeId, attempt, epoch }: AttemptKey): AttemptJobId {
  return `${run}.${nodeId}.${attempt}.${epoch}` as AttemptJobId;
}

/** Undefined if it names no attempt. */
export function attemptOfJob(id: AttemptJobId): AttemptKey | undefined {
  const [, run, nodeId, attempt, epoch] = JOB_ID.exec(id) ?? [];
  if (run === undefined || nodeId === undefined) return undefined;
  return { runId: runId(run), nodeId, attempt: Number(attempt), epoch: Number(epoch) };
}
