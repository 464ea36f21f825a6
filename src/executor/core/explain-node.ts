import type { GraphPlan, PlanEdge, PlanNode } from './compile.js';
import type { NodeError } from './errors.js';
import type { Join } from './graph-definition.js';
import type { EpochMs } from './ids.js';
import type { NodeEvent } from './run-event.js';
import { type NodeRecord, type NodeState, type RunState, nodeRecord } from './run-state.js';
import type { NodeStatus, SkipReason } from './statuses.js';
import { type AttemptExplanation, explainAttempts } from './explain-attempts.js';
import { type EdgeExplanation, explainEdge } from './explain-edge.js';

/** What a node that has not ended waits for. */
export type WaitsFor =
  /** The run has not begun. */
  | { readonly kind: 'start' }
  /** Sources that have not ended. */
  | { readonly kind: 'edges'; readonly from: readonly string[] }
  /** One of the run's attempts at once. */
  | { readonly kind: 'slot'; readonly running: number; readonly concurrency: number }
  /** The end of the wait between two attempts. */
  | { readonly kind: 'retry'; readonly dueAt: EpochMs }
  /** Its attempt. */
  | { readonly kind: 'attempt' };

/** A node on the way from the explained one to the first cause. */
export interface ChainLink {
  readonly node: string;
  readonly status: NodeStatus;
  readonly skipReason: SkipReason | null;
  readonly error: NodeError | null;
}

/** Why a node ran, waits or was skipped. */
export interface NodeExplanation {
  readonly id: string;
  readonly status: NodeStatus;
  readonly join: Join;
  /** One sentence. */
  readonly summary: string;
  readonly edges: readonly EdgeExplanation[];
  /** Null once it has ended. */
  readonly waitsFor: WaitsFor | null;
  readonly attempts: readonly AttemptExplanation[];
  /** From the node to the first cause, both included; empty unless the node was skipped or has failed. */
  readonly chain: readonly ChainLink[];
}

type State<Status extends NodeStatus> = Extract<NodeState, { readonly status: Status }>;

/** @param events Those of the node, in order. */
export function explainNode(
  plan: GraphPlan,
  state: RunState,
  node: PlanNode,
  events: readonly NodeEvent[],
): NodeExplanation {
  const edges = node.incoming.map((index) => explainEdge(plan, state, plan.edges[index] as PlanEdge));
  const waitsFor = waitOf(state, nodeRecord(state, node.index), edges);
  return {
    id: node.definition.id,
    status: nodeRecord(state, node.index).state.status,
    join: node.definition.join,
    summary: summariseNode(plan, state, node),
    edges,
    waitsFor,
    attempts: explainAttempts(events),
    chain: chainOf(plan, state, node),
  };
}

/** The sentence of `explainNode` alone. */
export function summariseNode(plan: GraphPlan, state: RunState, node: PlanNode): string {
  const record = nodeRecord(state, node.index);
  const own = record.state;
  const edges = (): EdgeExplanation[] =>
    node.incoming.map((index) => explainEdge(plan, state, plan.edges[index] as PlanEdge));
  switch (own.status) {
    case 'PENDING':
      return waitText(waitOf(state, record, edges()) as WaitsFor);
    case 'RUNNING':
      return `runs attempt ${record.attempts}: ${whyItRan(node, edges())}`;
    case 'RETRYING':
      return retryText(record, own);
    case 'SUCCESS':
      return own.reusedFrom === undefined ? `ran: ${whyItRan(node, edges())}` : reuseText(own);
    case 'FAILED':
      return `failed${own.handled ? ', which was handled' : ''}, ${timesText(record.attempts)}: ${own.error.type}: ${own.error.message}`;
    case 'SKIPPED':
      return skipText(own, edges());
    case 'CANCELLED':
      return 'was cancelled with its run';
  }
}

function waitOf(state: RunState, record: NodeRecord, edges: readonly EdgeExplanation[]): WaitsFor | null {
  switch (record.state.status) {
    case 'PENDING': {
      if (state.startedAt === null) return { kind: 'start' };
      const from = edges.filter(({ verdict }) => verdict === 'unresolved').map((edge) => edge.from);
      if (from.length > 0) return { kind: 'edges', from };
      return { kind: 'slot', running: state.running.size, concurrency: state.settings.concurrency };
    }
    case 'RUNNING':
      return { kind: 'attempt' };
    case 'RETRYING':
      return { kind: 'retry', dueAt: record.state.dueAt };
    default:
      return null;
  }
}

function waitText(wait: WaitsFor): string {
  switch (wait.kind) {
    case 'edges':
      return `waits for ${wait.from.join(', ')} to end`;
    case 'slot':
      return `is ready and waits for a place: ${wait.running} of ${wait.concurrency} attempts run`;
    default:
      return 'waits for the run to start';
  }
}

function whyItRan({ definition: { join } }: PlanNode, edges: readonly EdgeExplanation[]): string {
  if (edges.length === 0) return 'it has no incoming edges';
  if (join === 'settled') return 'its sources had all ended (join "settled")';
  if (join === 'all') return `all of its edges were taken (join "all")`;
  const taken = edges.filter(({ verdict }) => verdict !== 'not_taken').map(({ from }) => from);
  return `the edges from ${taken.join(', ')} were taken (join "any")`;
}

function retryText({ attempts }: NodeRecord, { error }: State<'RETRYING'>): string {
  if (error === undefined) return `attempt ${attempts} was cut off with its process, the next will start`;
  return `attempt ${attempts} failed (${error.type}: ${error.message}), the next waits for its time`;
}

function reuseText({ reusedFrom }: State<'SUCCESS'>): string {
  return reusedFrom === null
    ? 'did not run: its output was given'
    : `did not run: its success in ${String(reusedFrom)} was reused`;
}

function timesText(attempts: number): string {
  if (attempts === 0) return 'without an attempt';
  return attempts === 1 ? 'after 1 attempt' : `after ${attempts} attempts`;
}

function skipText({ reason, causes }: State<'SKIPPED'>, edges: readonly EdgeExplanation[]): string {
  const first = causes[0];
  const edge = edges.find(
    ({ from, on, verdict }) => from === first?.from && on === first.on && verdict === 'not_taken',
  );
  return edge === undefined
    ? `was skipped (${reason})`
    : `was skipped (${reason}): the edge from ${edge.from} was ${edge.summary}`;
}

function chainOf(plan: GraphPlan, state: RunState, node: PlanNode): ChainLink[] {
  const links: ChainLink[] = [];
  let next: PlanNode | undefined = node;
  while (next !== undefined) {
    const own: NodeState = nodeRecord(state, next.index).state;
    if (links.length === 0 && own.status !== 'SKIPPED' && own.status !== 'FAILED') return [];
    links.push({
      node: next.definition.id,
      status: own.status,
      skipReason: own.status === 'SKIPPED' ? own.reason : null,
      error: own.status === 'FAILED' ? own.error : null,
    });
    // `$input` has no index: the chain ends there.
    const index: number | undefined =
      own.status === 'SKIPPED' ? plan.indexOf.get(own.causes[0]?.from ?? '') : undefined;
    next = index === undefined ? undefined : plan.nodes[index];
  }
  return links;
}
