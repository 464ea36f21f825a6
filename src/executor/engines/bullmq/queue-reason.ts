import { tlsFailure } from '../../../storage/index.js';
import { QueueUnavailableError } from './queue/job-queue.js';

/** Why the queue cannot be reached, to be put behind that: what the configuration can mend is said in words. */
export function queueReason(error: unknown): string {
  const reason = tlsFailure(error instanceof QueueUnavailableError ? error.cause : error);
  return reason === undefined ? '' : `: QUEUE__URL: ${reason}`;
}
