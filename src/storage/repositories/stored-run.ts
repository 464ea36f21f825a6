import type { RunEntity } from '../entities/run.entity.js';
import type { StoredRun } from './run.repository.js';

/** A run as its row tells it. */
export function toStoredRun({ labelsJson, deletedAt: _deletedAt, ...run }: RunEntity): StoredRun {
  const labels = JSON.parse(labelsJson) as Record<string, string>;
  return { ...run, rootRunId: run.rootRunId ?? run.runId, labels };
}
