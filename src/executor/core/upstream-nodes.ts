import { type GraphPlan, type PlanEdge, type PlanNode, FROM_INPUT } from './compile.js';

/**
 * Which of some named nodes are upstream of which nodes: one bit per named node, spread along the edges once. Past a node
 * that `isCut` says waits for no source, nothing is upstream.
 */
export class UpstreamNodes {
  private readonly bitOf: ReadonlyMap<string, number>;
  private readonly words: number;
  private readonly bits: Uint32Array;

  /** @param named Ids; those that the graph does not have are passed over. */
  constructor(
    private readonly plan: GraphPlan,
    named: Iterable<string>,
    private readonly isCut: (node: PlanNode) => boolean = () => false,
  ) {
    const known = [...new Set(named)].filter((id) => plan.indexOf.has(id));
    this.bitOf = new Map(known.map((id, bit) => [id, bit]));
    this.words = Math.ceil(known.length / 32);
    this.bits = new Uint32Array(this.words * plan.nodes.length);
    if (known.length > 0) this.spread();
  }

  /** True if the node with this id is upstream of the node with this index. */
  includes(node: number, id: string): boolean {
    const bit = this.bitOf.get(id);
    return bit !== undefined && ((this.bits[this.wordOf(node, bit)] as number) & (1 << (bit & 31))) !== 0;
  }

  private spread(): void {
    const { topological, nodes, edges } = this.plan;
    for (const target of topological) {
      for (const edge of (nodes[target] as PlanNode).incoming) {
        const { from } = edges[edge] as PlanEdge;
        if (from !== FROM_INPUT) this.inherit(target, nodes[from] as PlanNode);
      }
    }
  }

  private inherit(target: number, source: PlanNode): void {
    const { bits, words } = this;
    for (let word = 0; word < words && !this.isCut(source); word++) {
      const at = target * words + word;
      bits[at] = (bits[at] as number) | (bits[source.index * words + word] as number);
    }
    const bit = this.bitOf.get(source.definition.id);
    if (bit === undefined) return;
    const at = this.wordOf(target, bit);
    bits[at] = (bits[at] as number) | (1 << (bit & 31));
  }

  private wordOf(node: number, bit: number): number {
    return node * this.words + (bit >> 5);
  }
}
