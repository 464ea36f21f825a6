import type { JournalEntry } from '../../executor/core/index.js';

/** True for the entry that ends a run: none follows it. */
export function isTerminalEntry({ type }: JournalEntry): boolean {
  return type === 'run.succeeded' || type === 'run.failed' || type === 'run.cancelled';
}
