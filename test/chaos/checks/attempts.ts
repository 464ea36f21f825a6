import type { EventRow, Evidence } from '../support/evidence.js';
import { groupBy } from './group-by.js';

const ENDS_ATTEMPT = ['node.retrying', 'node.interrupted', 'node.succeeded', 'node.failed', 'node.cancelled'];
const ENDS_NODE = ['node.succeeded', 'node.failed', 'node.skipped', 'node.cancelled'];

/** Each attempt begins once and ends once, their numbers have no gap, and nothing happens to a node that has ended. */
export function attemptViolations({ events }: Evidence): string[] {
  const nodes = groupBy(
    events.filter(({ node_id }) => node_id !== null),
    ({ run_id, node_id }) => `run ${run_id}, node ${node_id}`,
  );
  return [...nodes].flatMap(([where, life]) => lifeFaults(life).map((fault) => `${where}: ${fault}`));
}

function lifeFaults(life: readonly EventRow[]): string[] {
  const faults: string[] = [];
  let open: number | null = null;
  let attempts = 0;
  let end: string | undefined;
  for (const { type, seq, attempt } of life) {
    if (end !== undefined) faults.push(`${type} at seq ${seq} came after ${end}`);
    if (type === 'node.started') {
      attempts += 1;
      if (open !== null) faults.push(`attempt ${attempt} began at seq ${seq} while attempt ${open} was under way`);
      if (attempt !== attempts) faults.push(`attempt ${attempt} began at seq ${seq} where ${attempts} was next`);
      open = attempt;
    }
    if (ENDS_ATTEMPT.includes(type)) {
      if (type === 'node.interrupted' && open === null)
        faults.push(`an attempt that was not under way was interrupted at seq ${seq}`);
      open = null;
    }
    if (ENDS_NODE.includes(type)) end = type;
  }
  return faults;
}
