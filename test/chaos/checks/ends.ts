import { isDeepStrictEqual } from 'node:util';
import { CASE_LABEL, type EventRow, type Evidence, type RunAnswer } from '../support/evidence.js';
import type { ExpectedEnd } from '../support/mixed-graphs.js';
import { groupBy } from './group-by.js';

/** Each run that nobody cancelled ended as it would have without any crash. */
export function endViolations({ runs, events, answers, expected }: Evidence): string[] {
  const eventsOf = groupBy(events, ({ run_id }) => run_id);
  const answerOf = new Map(answers.map((answer) => [answer.run_id, answer]));
  return runs.flatMap((run) => {
    const end = expected.get(run.labels[CASE_LABEL] ?? '');
    if (end === undefined || run.status === 'CANCELLED') return [];
    const answer = answerOf.get(run.run_id);
    const faults = answer === undefined ? ['the API was not asked for it'] : answerFaults(answer, end);
    return [...faults, ...failureFaults(eventsOf.get(run.run_id) ?? [], end)].map(
      (fault) => `run ${run.run_id}: ${fault}`,
    );
  });
}

function answerFaults({ status, nodes, result }: RunAnswer, expected: ExpectedEnd): string[] {
  if (status !== expected.status) return [`it ended ${status}, not ${expected.status}`];
  const faults = nodes
    .filter((node) => node.status !== expected.nodes[node.id])
    .map((node) => `node ${node.id} ended ${node.status}, not ${expected.nodes[node.id]}`);
  if (nodes.length !== Object.keys(expected.nodes).length) faults.push(`it has ${nodes.length} nodes`);
  if (status === 'SUCCESS' && !isDeepStrictEqual(result?.outputs, expected.outputs)) {
    faults.push(`its outputs are ${JSON.stringify(result?.outputs)}, not ${JSON.stringify(expected.outputs)}`);
  }
  return faults;
}

/** An attempt that a crash or a shutdown cut off is no failure: it uses up no retry and adds none. */
function failureFaults(journal: readonly EventRow[], { failures }: ExpectedEnd): string[] {
  return Object.entries(failures).flatMap(([node, expected]) => {
    const counted = journal.filter(
      ({ node_id, type }) => node_id === node && (type === 'node.retrying' || type === 'node.failed'),
    ).length;
    return counted === expected ? [] : [`node ${node} failed ${counted} times, not ${expected}`];
  });
}
