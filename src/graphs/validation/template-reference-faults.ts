import { type GraphPlan, FROM_INPUT, jsonPointer } from '../../executor/core/index.js';
import type { GraphFault } from './graph-fault.js';

/** What templates read that they may not: nodes that are not upstream, environment variables that are not allowed. */
export function templateReferenceFaults(plan: GraphPlan, allowedEnv: readonly string[]): GraphFault[] {
  const upstream = new UpstreamNodes(plan);
  return plan.nodes.flatMap((node) =>
    node.params.references.flatMap(({ kind, name, pointer }) => {
      const at = jsonPointer(['nodes', node.index, 'params']) + pointer;
      if (kind === 'env') {
        if (allowedEnv.includes(name)) return [];
        const message = `env.${name} may not be read: add it to PLUGINS__ALLOWED_ENV`;
        return [{ pointer: at, code: 'env-not-allowed', message }];
      }
      if (!plan.indexOf.has(name)) {
        return [{ pointer: at, code: 'unknown-node', message: `no node has the id "${name}"` }];
      }
      if (upstream.includes(node.index, name)) return [];
      const message = `"${name}" is not upstream of "${node.definition.id}": its output may not be there yet`;
      return [{ pointer: at, code: 'not-upstream', message }];
    }),
  );
}

/** Which of the nodes that templates name are upstream of which: one bit per named node, spread along the edges once. */
class UpstreamNodes {
  private readonly bitOf: ReadonlyMap<string, number>;
  private readonly words: number;
  private readonly bits: Uint32Array;

  constructor(plan: GraphPlan) {
    const named = new Set(plan.nodes.flatMap((node) => [...node.params.nodeIds]).filter((id) => plan.indexOf.has(id)));
    this.bitOf = new Map([...named].map((id, bit) => [id, bit]));
    this.words = Math.ceil(named.size / 32);
    this.bits = new Uint32Array(this.words * plan.nodes.length);
    if (named.size > 0) this.spread(plan);
  }

  includes(node: number, id: string): boolean {
    const bit = this.bitOf.get(id);
    return bit !== undefined && ((this.bits[node * this.words + (bit >> 5)] ?? 0) & (1 << (bit & 31))) !== 0;
  }

  private spread(plan: GraphPlan): void {
    for (const target of plan.topological) {
      for (const edge of plan.nodes[target]?.incoming ?? []) {
        const source = plan.edges[edge]?.from ?? FROM_INPUT;
        if (source !== FROM_INPUT) this.inherit(target, source, plan.nodes[source]?.definition.id);
      }
    }
  }

  private inherit(target: number, source: number, sourceId: string | undefined): void {
    const { bits, words } = this;
    for (let word = 0; word < words; word++) {
      bits[target * words + word] = (bits[target * words + word] ?? 0) | (bits[source * words + word] ?? 0);
    }
    const bit = sourceId === undefined ? undefined : this.bitOf.get(sourceId);
    if (bit === undefined) return;
    const at = target * words + (bit >> 5);
    bits[at] = (bits[at] ?? 0) | (1 << (bit & 31));
  }
}
