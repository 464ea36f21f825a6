import type { Evidence } from '../support/evidence.js';
import { exchangesOf } from '../support/history.js';
import { isTerminal } from './terminal.js';

/** What a client was shown of a run stays true: events that it saw are stored, an end that it saw is the end. */
export function observationViolations({ history, runs, events }: Evidence): string[] {
  const known = new Map(runs.map((run) => [run.run_id, run]));
  const stored = new Set(events.map(({ run_id, seq, type }) => `${run_id} ${seq} ${type}`));
  const unstored = history.flatMap((line) =>
    line.kind === 'event' && known.has(line.runId) && !stored.has(`${line.runId} ${line.seq} ${line.type}`)
      ? [`run ${line.runId}: a stream showed ${line.type} at seq ${line.seq}, which is not stored`]
      : [],
  );
  const changed = exchangesOf(history).flatMap(({ call, path, answer }) => {
    if (answer === undefined || answer.status !== 200) return [];
    const { run_id: runId = '', status = '' } = (answer.body ?? {}) as { run_id?: string; status?: string };
    const end = known.get(runId)?.status;
    return end === undefined || !isTerminal(status) || status === end
      ? []
      : [`run ${runId}: ${path} (call ${call}) said ${status}, but it ended ${end}`];
  });
  return [...unstored, ...changed];
}
