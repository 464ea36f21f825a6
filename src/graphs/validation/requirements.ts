import { type GraphPlan, type PlanEdge, type PlanNode, FROM_INPUT } from '../../executor/core/index.js';

/** Choices that must have gone one way for a node to run: where the choice is made → which way. */
type Requirements = ReadonlyMap<string, string>;

const NONE: Requirements = new Map();
/** Beyond this many, further choices are not followed: a warning may be missed, never wrong. */
const MAX_CHOICES = 64;

/** Tells which edges of a graph can never be taken together, as they need one choice to go two ways. */
export class ExclusiveEdges {
  private readonly ofNode: Requirements[] = [];

  constructor(private readonly plan: GraphPlan) {
    for (const index of plan.topological) this.ofNode[index] = this.requirementsOfNode(plan.nodes[index] as PlanNode);
  }

  /** Two edges into `node` that exclude each other; undefined if there are none. */
  conflictInto(node: PlanNode): readonly [PlanEdge, PlanEdge] | undefined {
    const seen = new Map<string, { readonly way: string; readonly edge: PlanEdge }>();
    for (const edge of this.edgesInto(node)) {
      for (const [choice, way] of this.requirementsOfEdge(edge)) {
        const other = seen.get(choice);
        if (other !== undefined && other.way !== way) return [other.edge, edge];
        seen.set(choice, { way, edge });
      }
    }
    return undefined;
  }

  exclude(first: PlanEdge, second: PlanEdge): boolean {
    const ways = this.requirementsOfEdge(first);
    return [...this.requirementsOfEdge(second)].some(([choice, way]) => (ways.get(choice) ?? way) !== way);
  }

  private requirementsOfNode(node: PlanNode): Requirements {
    const edges = this.edgesInto(node).map((edge) => this.requirementsOfEdge(edge));
    if (node.definition.join === 'settled' || edges.length === 0) return NONE;
    if (edges.length === 1) return edges[0] ?? NONE;
    return node.definition.join === 'all' ? union(edges) : intersection(edges);
  }

  private requirementsOfEdge(edge: PlanEdge): Requirements {
    const before = edge.from === FROM_INPUT ? NONE : (this.ofNode[edge.from] ?? NONE);
    const choices = this.choicesOf(edge);
    if (choices.length === 0 || before.size >= MAX_CHOICES) return before;
    return new Map([...before, ...choices]);
  }

  private choicesOf({ index, from, definition }: PlanEdge): [string, string][] {
    const choices: [string, string][] = [];
    if (definition.group !== undefined) choices.push([JSON.stringify([from, definition.group]), String(index)]);
    if (from !== FROM_INPUT && definition.on !== 'done' && this.hasFailureEdge(from)) {
      choices.push([`outcome ${from}`, definition.on]);
    }
    return choices;
  }

  private hasFailureEdge(node: number): boolean {
    const { outgoing, definition } = this.plan.nodes[node] as PlanNode;
    return !definition.optional && outgoing.some((edge) => this.plan.edges[edge]?.definition.on === 'failure');
  }

  private edgesInto(node: PlanNode): PlanEdge[] {
    return node.incoming.map((edge) => this.plan.edges[edge] as PlanEdge);
  }
}

function union(all: readonly Requirements[]): Requirements {
  const merged = new Map<string, string>();
  for (const requirements of all) {
    for (const [choice, way] of requirements) if (merged.size < MAX_CHOICES) merged.set(choice, way);
  }
  return merged;
}

function intersection(all: readonly Requirements[]): Requirements {
  const [first = NONE, ...rest] = all;
  return new Map([...first].filter(([choice, way]) => rest.every((other) => other.get(choice) === way)));
}
