import type { Evidence } from '../support/evidence.js';
import { exchangesOf } from '../support/history.js';
import { groupBy } from './group-by.js';

const CANCEL_PATH = /^\/runs\/([^/]+)\/cancel$/;

/** A run is CANCELLED if and only if that is what whoever asked was told; without a request it never is. */
export function cancelViolations({ history, runs, events }: Evidence): string[] {
  const asked = groupBy(
    exchangesOf(history).filter(({ method, path }) => method === 'POST' && CANCEL_PATH.test(path)),
    ({ path }) => CANCEL_PATH.exec(path)?.[1] ?? '',
  );
  const requested = new Set(events.filter(({ type }) => type === 'run.cancel_requested').map(({ run_id }) => run_id));
  return runs.flatMap(({ run_id, status }) => {
    const requests = asked.get(run_id) ?? [];
    const faults = requests.flatMap(({ call, answer }) => {
      if (answer === undefined) return [];
      const isAccepted = answer.status === 200 || answer.status === 202;
      if (isAccepted && status !== 'CANCELLED')
        return [`cancel (call ${call}) was answered ${answer.status}, but it ended ${status}`];
      const { detail = '' } = answer.body as { readonly detail?: string };
      if (answer.status === 409 && !detail.includes(status))
        return [`cancel (call ${call}) was told "${detail}", but it ended ${status}`];
      if (isAccepted || [404, 409, 503].includes(answer.status)) return [];
      return [`cancel (call ${call}) was answered ${answer.status}`];
    });
    if (status === 'CANCELLED' && requests.length === 0) faults.push('it is CANCELLED, and nobody asked for that');
    if (requested.has(run_id) && status !== 'CANCELLED') faults.push(`its cancel was stored, but it ended ${status}`);
    return faults.map((fault) => `run ${run_id}: ${fault}`);
  });
}
