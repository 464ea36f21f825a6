import type { EventRow, Evidence, RunRow } from '../support/evidence.js';
import { groupBy } from './group-by.js';
import { STATUS_OF_END, isTerminal } from './terminal.js';

/** Each journal is whole, ends once and for all, and agrees with the run's row and with the API. */
export function journalViolations({ runs, events, answers }: Evidence): string[] {
  const eventsOf = groupBy(events, ({ run_id }) => run_id);
  const answerOf = new Map(answers.map((answer) => [answer.run_id, answer]));
  return runs.flatMap((run) => {
    const journal = eventsOf.get(run.run_id) ?? [];
    const answer = answerOf.get(run.run_id);
    const found = [
      ...sequenceFaults(journal),
      ...endFaults(journal),
      ...epochFaults(journal),
      ...rowFaults(run, journal),
    ];
    if (answer !== undefined && (answer.status !== run.status || answer.progress !== run.progress)) {
      found.push(`the API says ${answer.status} at ${answer.progress} %, the row ${run.status} at ${run.progress} %`);
    }
    return found.map((fault) => `run ${run.run_id}: ${fault}`);
  });
}

function sequenceFaults(journal: readonly EventRow[]): string[] {
  const gap = journal.find(({ seq }, index) => seq !== index + 1);
  if (gap !== undefined) return [`seq ${gap.seq} stands where ${journal.indexOf(gap) + 1} belongs`];
  const queued = journal.filter(({ type }) => type === 'run.queued');
  return queued.length === 1 && journal[0]?.type === 'run.queued'
    ? []
    : ['the journal does not begin with one run.queued'];
}

function endFaults(journal: readonly EventRow[]): string[] {
  const ends = journal.filter(({ type }) => type in STATUS_OF_END);
  const [first] = ends;
  if (first === undefined) return ['it never ended'];
  const faults = ends.length > 1 ? [`it ended ${ends.length} times: ${ends.map(({ type }) => type).join(', ')}`] : [];
  const later = journal.filter(({ seq }) => seq > first.seq);
  if (later.length > 0) faults.push(`${later[0]?.type} at seq ${later[0]?.seq} came after ${first.type}`);
  return faults;
}

function epochFaults(journal: readonly EventRow[]): string[] {
  const epochs = journal.filter(({ type }) => type === 'run.recovered').map(({ data }) => Number(data?.['epoch']));
  const falling = epochs.find((epoch, index) => index > 0 && epoch <= (epochs[index - 1] ?? 0));
  return falling === undefined ? [] : [`its epochs do not rise: ${epochs.join(', ')}`];
}

function rowFaults(run: RunRow, journal: readonly EventRow[]): string[] {
  const faults: string[] = [];
  const last = journal.at(-1);
  const told = STATUS_OF_END[last?.type ?? ''];
  if (told !== undefined && told !== run.status) faults.push(`the row says ${run.status}, the journal ${told}`);
  if (told === undefined && isTerminal(run.status)) faults.push(`the row says ${run.status}, the journal has no end`);
  if (last?.seq !== run.last_seq) faults.push(`the row ends at seq ${run.last_seq}, the journal at ${last?.seq}`);
  if ((run.status === 'SUCCESS') !== (run.progress === 100)) faults.push(`${run.status} at ${run.progress} %`);
  if (isTerminal(run.status) && run.finished_at === null) faults.push(`${run.status} without the time of its end`);
  const progress = journal.flatMap((event) => (event.progress === null ? [] : [event.progress]));
  if (progress.some((value, index) => value < (progress[index - 1] ?? 0))) faults.push('its progress falls');
  return faults;
}
