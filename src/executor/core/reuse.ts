import type { GraphPlan, PlanEdge, PlanNode } from './compile.js';
import { deepEqual } from './deep-equal.js';
import type { NodeDefinition } from './graph-definition.js';
import type { RunId } from './ids.js';
import { joinVerdict } from './join.js';
import type { Json } from './json.js';
import type { OutputRef } from './output-ref.js';
import { reduce, skippedState } from './reduce.js';
import { resolveInput } from './resolved-input.js';
import { resolveOutgoing, resolveStart } from './resolve-edges.js';
import type { RunQueued } from './run-event.js';
import { type NodeRecord, type NodeState, type RunState, initialState, nodeRecord } from './run-state.js';
import { UpstreamNodes } from './upstream-nodes.js';

/** A run that has ended. */
export interface PastRun {
  readonly runId: RunId;
  readonly plan: GraphPlan;
  readonly state: RunState;
}

/** The run that is to retry it. */
export interface NextRun {
  readonly runId: RunId;
  /** Of the graph version to run, overridden params included. */
  readonly plan: GraphPlan;
  readonly queued: RunQueued;
  /** Nodes that rerun whatever they did before. */
  readonly from: ReadonlySet<string>;
  /** Outputs that the client gives, by node id: those nodes succeed without an attempt. */
  readonly given: ReadonlyMap<string, Json>;
  /** Environment variables that templates may read. */
  readonly env: Readonly<Record<string, string>>;
}

/** A node that succeeds without an attempt. */
export interface ReusedNode {
  readonly nodeId: string;
  readonly output: Json;
  /** Where the past run keeps the output if its journal only refers to it. */
  readonly ref?: OutputRef;
  /** The run whose attempt made the output; null when the client gave it. */
  readonly fromRun: RunId | null;
}

/** What a retry takes over and what it decides again; each list is in the order of the graph. */
export interface ReusePlan {
  /** Nodes that succeed without an attempt, given outputs included. */
  readonly reused: readonly ReusedNode[];
  /** All other nodes, but those that the client wants skipped: they run again, or are skipped again. */
  readonly rerun: readonly string[];
  /** Nodes whose templates read a node that they would no longer wait for, because a given output stands between the two. */
  readonly unordered: readonly { readonly nodeId: string; readonly reads: string }[];
}

/**
 * Says which successes of a past run a retry takes over: those that the new run would reach with the same definition, input
 * and params. It walks the new run as far as it can be foreseen; whatever depends on a node that runs again is not, so it
 * reruns. Linear in nodes and edges, and in the values that are compared.
 */
export function planReuse(past: PastRun, next: NextRun): ReusePlan {
  return new Forecast(past, next).make();
}

/** The new run as far as it is known before it begins: nodes that stay PENDING are not foreseeable. */
class Forecast {
  private readonly state: RunState;
  private readonly reused = new Map<string, ReusedNode>();
  private readonly past: PastRun;

  constructor(
    past: PastRun,
    private readonly next: NextRun,
  ) {
    this.past = past.state.startedAt === null ? asIfStarted(past) : past;
    const { plan, queued } = next;
    this.state = initialState(plan);
    reduce(plan, this.state, queued);
    reduce(plan, this.state, { type: 'run.started', ts: queued.ts });
  }

  make(): ReusePlan {
    const { plan } = this.next;
    for (const index of plan.topological) this.foresee(plan.nodes[index] as PlanNode);
    const ids = plan.nodes.map(({ definition }) => definition.id);
    return {
      reused: ids.flatMap((id) => this.reused.get(id) ?? []),
      rerun: ids.filter((id) => !this.reused.has(id) && !this.state.skips.has(id)),
      unordered: this.unorderedReads(),
    };
  }

  private foresee(node: PlanNode): void {
    const { id } = node.definition;
    const given = this.next.given.get(id);
    if (given !== undefined) this.succeed(node, { nodeId: id, output: given, fromRun: null });
    else if (this.isForeseeable(node)) this.foreseeJoin(node);
  }

  /** All that decides about the node is known. */
  private isForeseeable(node: PlanNode): boolean {
    return this.record(node).unresolved === 0 && [...node.params.nodeIds].every((id) => !this.isPending(id));
  }

  private foreseeJoin(node: PlanNode): void {
    const { id } = node.definition;
    const verdict = joinVerdict(this.next.plan, this.state, node);
    if (!verdict.runs) {
      this.end(node, skippedState({ nodeId: id, ...verdict }));
    } else if (this.state.skips.has(id)) {
      this.end(node, skippedState({ nodeId: id, reason: 'skip_requested', causes: [] }));
    } else {
      const success = this.reusable(node);
      if (success !== undefined) this.succeed(node, success);
    }
  }

  private reusable(node: PlanNode): ReusedNode | undefined {
    const { id } = node.definition;
    const { plan, state, runId } = this.past;
    const before = plan.nodes[plan.indexOf.get(id) ?? -1];
    if (before === undefined || this.next.from.has(id) || this.mustRerun(node)) return undefined;
    const ended = nodeRecord(state, before.index).state;
    if (ended.status !== 'SUCCESS' || !isSameDefinition(before.definition, node.definition)) return undefined;
    if (!this.hasSameInput(before, node)) return undefined;
    return { nodeId: id, output: ended.output, ref: ended.ref, fromRun: ended.reusedFrom ?? runId };
  }

  /** It looks at how others ended, or does not want to be reused. */
  private mustRerun({ definition, incoming }: PlanNode): boolean {
    const isHandler = incoming.some((edge) => (this.next.plan.edges[edge] as PlanEdge).definition.on !== 'success');
    return definition.join === 'settled' || definition.reuse === 'never' || isHandler;
  }

  private hasSameInput(before: PlanNode, node: PlanNode): boolean {
    const { env, plan, runId } = this.next;
    const was = resolveInput({ ...this.past, node: before, env });
    const is = resolveInput({ runId, plan, state: this.state, node, env });
    return was.ok && is.ok && deepEqual(was, is);
  }

  private succeed(node: PlanNode, reused: ReusedNode): void {
    this.reused.set(reused.nodeId, reused);
    this.end(node, { status: 'SUCCESS', output: reused.output });
  }

  private end(node: PlanNode, ended: NodeState): void {
    this.record(node).state = ended;
    resolveOutgoing(this.next.plan, this.state, node);
  }

  /** A given output waits for nobody: what stands before it may not have ended when what stands behind it starts. */
  private unorderedReads(): ReusePlan['unordered'] {
    const { plan, given } = this.next;
    if (given.size === 0) return [];
    const reads = plan.nodes
      .filter(({ definition }) => this.isPending(definition.id))
      .flatMap((node) => [...node.params.nodeIds].filter((id) => this.isPending(id)).map((id) => ({ node, id })));
    const awaited = new UpstreamNodes(
      plan,
      reads.map(({ id }) => id),
      ({ definition }) => given.has(definition.id),
    );
    return reads
      .filter(({ node, id }) => !awaited.includes(node.index, id))
      .map(({ node, id }) => ({ nodeId: node.definition.id, reads: id }));
  }

  private isPending(id: string): boolean {
    return nodeRecord(this.state, this.next.plan.indexOf.get(id) as number).state.status === 'PENDING';
  }

  private record(node: PlanNode): ReturnType<typeof nodeRecord> {
    return nodeRecord(this.state, node.index);
  }
}

/** A run that ended in the queue never resolved its edges; what it had reused is as good as before. */
function asIfStarted({ runId, plan, state }: PastRun): PastRun {
  const { input, reused, nodes } = state;
  const started = { ...initialState(plan), input, reused };
  for (const { index } of plan.nodes) nodeRecord(started, index).state = (nodes[index] as NodeRecord).state;
  resolveStart(plan, started);
  return { runId, plan, state: started };
}

/** Its name and where it runs change nothing of what it does; params are compared once they are resolved. */
function isSameDefinition(before: NodeDefinition, after: NodeDefinition): boolean {
  const essence = ({ label: _label, params: _params, pool: _pool, ...rest }: NodeDefinition): object => rest;
  return deepEqual(essence(before), essence(after));
}
