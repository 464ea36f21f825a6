import type { Json, ReusedNode, RunEvent, RunId } from '../../executor/core/index.js';
import { LargeOutput } from '../../executor/index.js';
import type { RunFile } from '../../storage/index.js';
import { type LinkMove, movedLinks, withOwnLinks } from './own-links.js';
import type { PlannedRetry } from './retry-planner.js';

/** What a retry stores of the nodes that succeed without an attempt. */
export interface ReusedOutputs {
  readonly events: readonly RunEvent[];
  /** Names of files of the retried run that the new one gets too. */
  readonly copies: readonly string[];
  /** Large outputs that are not those of the retried run. */
  readonly files: readonly RunFile[];
}

type Kept = Pick<ReusedNode, 'output' | 'ref'> & { readonly large?: LargeOutput };

/**
 * The files are copied, so the outputs that link to them link to the copies: the new run stands on its own.
 *
 * @param files Names of the files that agents of reused nodes made.
 */
export function reusedOutputs(pastId: RunId, planned: PlannedRetry, files: readonly string[]): ReusedOutputs {
  const { runId, queued, reuse } = planned;
  const outputFiles = reuse.reused.flatMap(({ ref }) => ref?.artifact ?? []);
  const move: LinkMove = { from: pastId, to: runId, artifacts: new Set([...files, ...outputFiles]) };
  const kept = reuse.reused.map((node) => ({ node, ...keep(node, planned, move) }));
  return {
    events: kept.map(({ node: { nodeId, fromRun }, output, ref }) => ({
      type: 'node.reused',
      ts: queued.ts,
      nodeId,
      attempt: 0,
      output,
      ref,
      fromRun,
    })),
    copies: [...files, ...kept.flatMap(({ ref, large }) => (large === undefined ? (ref?.artifact ?? []) : []))],
    files: kept.flatMap(({ node, large }) => large?.toFile(node.nodeId, queued.ts) ?? []),
  };
}

function keep({ nodeId, output, ref, fromRun }: ReusedNode, { givenLarge }: PlannedRetry, move: LinkMove): Kept {
  if (fromRun === null) {
    const large = givenLarge.get(nodeId);
    return { output, ref: large?.ref, large };
  }
  if (ref === undefined) return { output: withOwnLinks(output, move) };
  const text = JSON.stringify(output);
  const moved = movedLinks(text, move);
  if (moved === text) return { output, ref };
  // Other content is another file, under the name that links to it use.
  const large = LargeOutput.of(JSON.parse(moved) as Json, moved, ref.artifact);
  return { output: large.value, ref: large.ref, large };
}
