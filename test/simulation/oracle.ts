import {
  type EdgeDefinition,
  type Json,
  type JournalEntry,
  type NodeDefinition,
  type SkipReason,
  INPUT_SOURCE,
} from '../../src/executor/core/index.js';
import { contractOf } from '../support/graph-builder.js';
import type { RandomScenario } from './random-scenario.js';
import type { Seen } from './sample-conditions.js';

/** How a node ended, read off the journal. */
export interface NodeEnd {
  readonly status: 'SUCCESS' | 'FAILED' | 'SKIPPED' | 'CANCELLED';
  readonly attempts: number;
  readonly output?: Json;
  readonly error?: { readonly type: string };
  readonly reason?: SkipReason;
  /** Edges that were not taken, as `from on reason`, in any order. */
  readonly causes?: readonly string[];
  readonly roots?: readonly string[];
}

interface SkipData {
  readonly skip_reason: SkipReason;
  readonly skip_causes: readonly {
    readonly from: string;
    readonly on: string;
    readonly reason: string;
    readonly root: string;
  }[];
}

export function endsOf(entries: readonly JournalEntry[]): ReadonlyMap<string, NodeEnd> {
  const ends = new Map<string, NodeEnd>();
  for (const { type, nodeId, attempt, data } of entries) {
    if (nodeId === null) continue;
    const attempts = attempt ?? 0;
    if (type === 'node.reused') ends.set(nodeId, { status: 'SUCCESS', attempts: 0, output: data?.['output'] });
    if (type === 'node.succeeded') ends.set(nodeId, { status: 'SUCCESS', attempts, output: data?.['output'] });
    if (type === 'node.cancelled') ends.set(nodeId, { status: 'CANCELLED', attempts });
    if (type === 'node.failed') {
      ends.set(nodeId, { status: 'FAILED', attempts, error: data?.['error'] as unknown as { type: string } });
    }
    if (type !== 'node.skipped') continue;
    const { skip_reason: reason, skip_causes } = data as unknown as SkipData;
    const causes = skip_causes.map((cause) => `${cause.from} ${cause.on} ${cause.reason}`);
    ends.set(nodeId, { status: 'SKIPPED', attempts, reason, causes, roots: skip_causes.map(({ root }) => root) });
  }
  return ends;
}

/** What must have become of a node, given how its sources ended. */
export type Expectation =
  | { readonly kind: 'runs' }
  | { readonly kind: 'misses_keys' }
  | { readonly kind: 'skipped'; readonly reason: SkipReason; readonly causes: readonly string[] };

type Fate = 'taken' | 'taken_without_data' | Exclude<SkipReason, 'run_cancelled' | 'run_failing' | 'skip_requested'>;

const PRECEDENCE = ['upstream_failed', 'missing_input', 'upstream_skipped', 'cond_error', 'cond_false'] as const;

/**
 * The rules of edges, joins and handled failures a second time, as naively as can be: everything is recomputed from how
 * the nodes ended. It holds for runs that finish what they can and that nothing from outside ends.
 */
export class Oracle {
  constructor(
    private readonly scenario: RandomScenario,
    private readonly ends: ReadonlyMap<string, NodeEnd>,
  ) {}

  expected(node: NodeDefinition): Expectation {
    const into = this.scenario.edges.filter(({ to }) => to === node.id);
    const refused = into.filter((edge) => !isTaken(this.fateOf(edge)));
    const blocked = node.join === 'any' ? into.filter(({ from }) => this.isUnhandled(from)) : [];
    if (node.join !== 'settled' && !this.lets(node, into, refused, blocked)) {
      const reasonOf = (edge: EdgeDefinition): SkipReason =>
        blocked.includes(edge) ? 'upstream_failed' : (this.fateOf(edge) as SkipReason);
      const reasons = refused.map(reasonOf);
      const reason = PRECEDENCE.find((candidate) => reasons.includes(candidate)) ?? 'cond_false';
      return { kind: 'skipped', reason, causes: refused.map((edge) => `${edge.from} ${edge.on} ${reasonOf(edge)}`) };
    }
    return this.missesKeys(node, into) ? { kind: 'misses_keys' } : { kind: 'runs' };
  }

  get isFailed(): boolean {
    const { nodes, edges, settings, sinks } = this.scenario;
    if (nodes.some(({ id }) => this.isUnhandled(id))) return true;
    if (settings.strictConditions && edges.some((edge) => this.fateOf(edge) === 'cond_error')) return true;
    return settings.requireSink && this.isNoSinkReached && sinks !== undefined;
  }

  get isNoSinkReached(): boolean {
    const { sinks = [] } = this.scenario;
    return sinks.length > 0 && !sinks.some((id) => this.ends.get(id)?.status === 'SUCCESS');
  }

  private lets(
    node: NodeDefinition,
    into: readonly EdgeDefinition[],
    refused: readonly EdgeDefinition[],
    blocked: readonly EdgeDefinition[],
  ): boolean {
    if (node.join === 'all' || into.length === 0) return refused.length === 0;
    const fromNodes = into.filter(({ from }) => from !== INPUT_SOURCE);
    const counted = fromNodes.length > 0 ? fromNodes : into;
    return blocked.length === 0 && counted.some((edge) => !refused.includes(edge));
  }

  private isUnhandled(id: string): boolean {
    if (this.ends.get(id)?.status !== 'FAILED') return false;
    if (this.scenario.nodes.some((node) => node.id === id && node.optional)) return false;
    const handlers = this.scenario.edges.filter(({ from, on }) => from === id && on !== 'success');
    return !handlers.some((edge) => isTaken(this.fateOf(edge)));
  }

  private missesKeys({ type, params }: NodeDefinition, into: readonly EdgeDefinition[]): boolean {
    const supplied = into
      .filter((edge) => this.fateOf(edge) === 'taken')
      .flatMap((edge) => Object.keys(this.seenBy(edge).mapped));
    if (type === 'needs_text') return !supplied.includes('text');
    return type === 'needs_url_param' && params['url'] === undefined && !supplied.includes('url');
  }

  private fateOf(edge: EdgeDefinition): Fate {
    const own = this.ownFate(edge);
    if (edge.group === undefined || own !== 'taken') return own;
    const { edges } = this.scenario;
    const rivals = edges.filter(({ from, group }) => from === edge.from && group === edge.group);
    const first = rivals.find((rival) => this.ownFate(rival) === 'taken');
    return first === edge ? 'taken' : 'cond_false';
  }

  /** As if the edge had no group. */
  private ownFate(edge: EdgeDefinition): Fate {
    const source = this.ends.get(edge.from);
    if (edge.from !== INPUT_SOURCE) {
      if (source?.status === 'SKIPPED') {
        return source.reason === 'upstream_failed' ? 'upstream_failed' : 'upstream_skipped';
      }
      if (source?.status === 'FAILED' && edge.on === 'success') return this.fateAfterFailure(edge);
      if (source?.status === 'SUCCESS' && edge.on === 'failure') return 'cond_false';
    }
    const condition = this.scenario.conditions.get(edge);
    const holds = condition === undefined || condition.holds(this.seenBy(edge));
    if (holds === 'error') return this.isGroupTakenBefore(edge) ? 'cond_false' : 'cond_error';
    return holds ? 'taken' : 'cond_false';
  }

  /** Once an edge of the group is taken, the conditions after it are not evaluated. */
  private isGroupTakenBefore(edge: EdgeDefinition): boolean {
    if (edge.group === undefined) return false;
    const { edges } = this.scenario;
    return edges
      .slice(0, edges.indexOf(edge))
      .some((rival) => rival.from === edge.from && rival.group === edge.group && this.ownFate(rival) === 'taken');
  }

  private fateAfterFailure(edge: EdgeDefinition): Fate {
    const source = this.scenario.nodes.find(({ id }) => id === edge.from);
    const target = this.scenario.nodes.find(({ id }) => id === edge.to);
    if (source === undefined || target === undefined || !source.optional) return 'upstream_failed';
    if (edge.cond !== undefined || edge.group !== undefined) return 'upstream_failed';
    const { input, params } = contractOf(target.type);
    const isSpared = (key: string): boolean =>
      input.defaulted.has(key) || params.defaulted.has(key) || target.params[key] !== undefined;
    return edge.map.every(([key]) => isSpared(key)) ? 'taken_without_data' : 'missing_input';
  }

  private seenBy(edge: EdgeDefinition): Seen {
    const input = this.scenario.input as Seen['input'];
    const source = this.ends.get(edge.from);
    const error = source?.status === 'FAILED' && source.error !== undefined ? source.error : null;
    const output = edge.from === INPUT_SOURCE ? input : error === null ? (source?.output as Seen['output']) : { error };
    const mapped = edge.map.flatMap(([key, path]) => {
      const value = follow(output, path);
      return value === undefined ? [] : [[key, value] as const];
    });
    return { output, input, mapped: Object.fromEntries(mapped), error };
  }
}

const isTaken = (fate: Fate): boolean => fate === 'taken' || fate === 'taken_without_data';

function follow(value: unknown, path: string): unknown {
  let current = value;
  for (const key of path.split('.')) current = (current as Record<string, unknown> | undefined)?.[key];
  return current;
}
