import type { AgentCall } from '../support/agent-server.js';
import type { EventRow, Evidence } from '../support/evidence.js';
import { groupBy } from './group-by.js';
import { filesByPlace, outputOf } from './outputs.js';

/** How far the clocks of two processes on one machine may be apart, in ms. */
const CLOCK_SKEW_MS = 50;

/** No call but for an attempt that was journaled, none after the success, each with the node's key, each seeing what is stored. */
export function callViolations({ calls, events, files }: Evidence): string[] {
  const placeOf = (runId: string, node: string | null): string => `run ${runId}, node ${node}`;
  const nodes = groupBy(events, ({ run_id, node_id }) => placeOf(run_id, node_id));
  const known = new Set(events.map(({ run_id }) => run_id));
  const relevant = calls.filter(({ runId }) => known.has(runId));
  const stored = filesByPlace(files);
  const ordinals = new Map(
    events.flatMap((event) =>
      event.type === 'node.succeeded'
        ? [[placeOf(event.run_id, event.node_id), ordinalIn(outputOf(event, stored))]]
        : [],
    ),
  );
  const byNode = groupBy(relevant, ({ runId, node }) => placeOf(runId, node));
  return [
    ...[...byNode].flatMap(([where, made]) =>
      excess(made, nodes.get(where) ?? []).map((fault) => `${where}: ${fault}`),
    ),
    ...relevant.flatMap((call) => [
      ...(call.key === undefined || call.key === `${call.runId}:${call.node}`
        ? []
        : [`${placeOf(call.runId, call.node)}: call ${call.ordinal} came with the key ${call.key}`]),
      ...call.saw
        .filter(({ node, ordinal }) => ordinals.get(placeOf(call.runId, node)) !== ordinal)
        .map(
          ({ node, ordinal }) =>
            `${placeOf(call.runId, call.node)}: it saw answer ${ordinal} of ${node}, which is not the one stored`,
        ),
    ]),
  ];
}

function excess(made: readonly AgentCall[], life: readonly EventRow[]): string[] {
  const starts = life.filter(({ type }) => type === 'node.started').length;
  const faults = made.length > starts ? [`${made.length} calls for ${starts} attempts`] : [];
  const success = life.find(({ type }) => type === 'node.succeeded');
  if (success === undefined) return faults;
  const late = made.filter(({ at }) => at > success.ts + CLOCK_SKEW_MS);
  return [...faults, ...late.map((call) => `call ${call.ordinal} came after its success was stored`)];
}

/** Number of the call whose answer is the output. */
function ordinalIn(output: unknown): number | undefined {
  return (output as { readonly json?: { readonly ordinal?: number } } | null | undefined)?.json?.ordinal;
}
