import { type GraphPlan, type PlanEdge, type PlanNode, FROM_INPUT } from '../../executor/core/index.js';

/** Choices that are enough for a node to run when they go these ways: group of edges → the edge that is taken. */
type Choices = ReadonlyMap<string, number>;

const ALWAYS: Choices = new Map();
/** Beyond this many, a node counts as one that can be skipped. */
const MAX_CHOICES = 64;

/** Tells which nodes run whatever conditions say, as long as nothing fails. */
export class SureNodes {
  /** Edges of which exactly one is taken once their source has succeeded: groups that leave nothing over. */
  private readonly waysOf: ReadonlyMap<string, ReadonlySet<number>>;
  private readonly ofNode: (Choices | undefined)[] = [];

  constructor(private readonly plan: GraphPlan) {
    this.waysOf = exhaustiveGroups(plan.edges);
    for (const index of plan.topological) this.ofNode[index] = this.choicesOfNode(plan.nodes[index] as PlanNode);
  }

  /** Whether at least one of the nodes, by their indexes, always runs. */
  someAlwaysRuns(nodes: readonly number[]): boolean {
    return this.either(nodes.map((node) => this.ofNode[node]))?.size === 0;
  }

  private choicesOfNode({ definition, incoming, hasNodeSource }: PlanNode): Choices | undefined {
    if (incoming.length === 0 || definition.join === 'settled') return ALWAYS;
    const edges = incoming.map((index) => this.plan.edges[index] as PlanEdge);
    if (definition.join === 'all') return together(edges.map((edge) => this.choicesOfEdge(edge)));
    const counting = hasNodeSource ? edges.filter(({ from }) => from !== FROM_INPUT) : edges;
    return this.either(counting.map((edge) => this.choicesOfEdge(edge)));
  }

  private choicesOfEdge(edge: PlanEdge): Choices | undefined {
    const { from, index, definition } = edge;
    const before = from === FROM_INPUT ? ALWAYS : this.ofNode[from];
    if (before === undefined || definition.on === 'failure') return undefined;
    if (definition.group === undefined) return definition.cond === undefined ? before : undefined;
    const choice = choiceOf(edge);
    const isWay = this.waysOf.get(choice)?.has(index) === true;
    return isWay && before.size < MAX_CHOICES ? new Map([...before, [choice, index]]) : undefined;
  }

  /** What is enough for one of several: where every way of a choice is among them, the choice does not matter. */
  private either(alternatives: readonly (Choices | undefined)[]): Choices | undefined {
    const pending = alternatives.filter((choices) => choices !== undefined);
    const branches = new Map<string, Set<number>>();
    let fewest: Choices | undefined;
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const last = [...next].at(-1);
      if (last === undefined) return ALWAYS;
      if (fewest === undefined || next.size < fewest.size) fewest = next;
      const [choice, way] = last;
      const before = new Map([...next].slice(0, -1));
      const branch = JSON.stringify([...before, choice]);
      const taken = branches.get(branch) ?? new Set();
      const isNew = !taken.has(way);
      branches.set(branch, taken.add(way));
      if (isNew && taken.size === this.waysOf.get(choice)?.size) pending.push(before);
    }
    return fewest;
  }
}

/** What is enough for all of several; undefined if they ask for different ways. */
function together(all: readonly (Choices | undefined)[]): Choices | undefined {
  const merged = new Map<string, number>();
  for (const choices of all) {
    if (choices === undefined) return undefined;
    for (const [choice, way] of choices) {
      if ((merged.get(choice) ?? way) !== way) return undefined;
      merged.set(choice, way);
    }
  }
  return merged.size > MAX_CHOICES ? undefined : merged;
}

/** Groups that have an edge without a condition; what stands behind it is never taken. */
function exhaustiveGroups(edges: readonly PlanEdge[]): Map<string, Set<number>> {
  const open = new Map<string, Set<number>>();
  const exhaustive = new Map<string, Set<number>>();
  for (const edge of edges) {
    const { group, on, cond } = edge.definition;
    if (group === undefined || on === 'failure') continue;
    const choice = choiceOf(edge);
    if (exhaustive.has(choice)) continue;
    const ways = (open.get(choice) ?? new Set()).add(edge.index);
    if (cond === undefined) exhaustive.set(choice, ways);
    else open.set(choice, ways);
  }
  return exhaustive;
}

function choiceOf({ from, definition }: PlanEdge): string {
  return JSON.stringify([from, definition.group]);
}
