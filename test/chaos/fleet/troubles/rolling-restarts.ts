import { extent } from '../../support/campaign.js';
import { CASE_LABEL, type Evidence } from '../../support/evidence.js';
import { exchangesOf } from '../../support/history.js';
import { type Troublemaker } from '../support/fleet-campaign.js';

const MOST_CALLS = extent({ short: 5, full: 20 });

/**
 * Requests that failed although nothing crashed. A connection that was refused, or that closed before the request was taken,
 * is none: whoever sent it asks another process. Nor is a 503 that says when to come again, which is checked of every answer.
 */
function failedRequests({ history, runs }: Evidence): string[] {
  const stored = new Set(runs.map(({ labels }) => labels[CASE_LABEL] ?? ''));
  return exchangesOf(history).flatMap(({ call, method, path, key, body, answer }) => {
    if (answer !== undefined || method === 'GET') return [];
    const { labels } = (body ?? {}) as { readonly labels?: Readonly<Record<string, string>> };
    const wasTaken = key === undefined && stored.has(labels?.[CASE_LABEL] ?? '');
    return wasTaken ? [`${method} ${path} (call ${call}) was carried out, and never answered`] : [];
  });
}

export const rollingRestarts: Troublemaker = {
  name: 'rolling restarts',
  shortOn: ['redis'],
  runs: extent({ short: 30, full: 300 }),
  disturb: async ({ fleet, dice, calls }) => {
    const exits: (number | null)[] = [];
    for (const member of fleet.members) {
      if (!(await calls(dice.between(1, MOST_CALLS)))) break;
      exits.push(await member.stop('SIGTERM'));
      await member.start();
    }
    return {
      times: exits.length,
      judge: (violations, evidence) => [
        ...violations,
        ...exits.filter((code) => code !== 0).map((code) => `a process that was told to stop exited with ${code}`),
        ...failedRequests(evidence),
        ...evidence.events
          .filter(({ type, data }) => type === 'node.interrupted' && data?.['cause'] !== 'shutdown')
          .map(({ run_id, seq, data }) => `run ${run_id}: seq ${seq} was interrupted by ${String(data?.['cause'])}`),
      ],
    };
  },
};
