import type { Journal } from '../../../storage/index.js';
import { CorruptJournalError, type JournalEntry, type RunEvent, type RunId, decodeEntry } from '../../core/index.js';

/**
 * The priority that a run was created with; undefined if nothing was said, or if that cannot be read: whoever takes the run
 * finds out, and the others must not wait for it. Its first entry alone is read.
 */
export async function priorityOf(journal: Pick<Journal, 'read'>, runId: RunId): Promise<number | undefined> {
  const [first] = await journal.read(runId, { afterSeq: 0, limit: 1 });
  const queued = first && readable(first);
  return queued?.type === 'run.queued' ? queued.settings.priority : undefined;
}

function readable(entry: JournalEntry): RunEvent | undefined {
  try {
    return decodeEntry(entry);
  } catch (error) {
    if (!(error instanceof CorruptJournalError)) throw error;
    return undefined;
  }
}
