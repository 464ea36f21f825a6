import type { Journal } from '../../../storage/index.js';
import { type RunId, decodeEntry } from '../../core/index.js';

/** The priority that a run was created with; undefined if nothing was said. Its first entry alone is read. */
export async function priorityOf(journal: Journal, runId: RunId): Promise<number | undefined> {
  const [first] = await journal.read(runId, { afterSeq: 0, limit: 1 });
  const queued = first && decodeEntry(first);
  return queued?.type === 'run.queued' ? queued.settings.priority : undefined;
}
