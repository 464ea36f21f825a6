import type { JournalEntry } from '../../executor/core/index.js';

/** Remembers when each node first started, so that its end can say how long it took. */
export class NodeClocks {
  private readonly startedAt = new Map<string, number>();

  /** Takes note of `entry`; returns the first start of its node, if it has one. */
  track({ nodeId, type, ts }: JournalEntry): number | undefined {
    if (nodeId === null) return undefined;
    if (type === 'node.started' && !this.startedAt.has(nodeId)) this.startedAt.set(nodeId, ts);
    return this.startedAt.get(nodeId);
  }
}
