import type { JournalEntry } from '../../executor/core/index.js';
import type { RunEntity } from '../entities/run.entity.js';
import type { RunFile } from '../repositories/artifact.repository.js';
import type { NewRun } from './journal.js';

/** The row of a run that is stored with these entries. */
export function newRunRow(
  { labels, retry, files: _files, projection, ...run }: NewRun,
  entries: readonly JournalEntry[],
): RunEntity {
  return {
    ...run,
    labelsJson: JSON.stringify(labels),
    status: 'PENDING',
    progress: entries.at(-1)?.progress ?? 0,
    lastSeq: entries.length,
    epoch: 0,
    startedAt: null,
    finishedAt: null,
    errorJson: null,
    resultJson: null,
    nodesJson: null,
    retryOf: retry?.retryOf ?? null,
    rootRunId: retry?.rootRunId ?? null,
    deletedAt: null,
    ...projection,
  };
}

export function bytesOf(files: readonly RunFile[]): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}
