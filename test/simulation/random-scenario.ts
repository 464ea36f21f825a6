import fc from 'fast-check';
import {
  type EdgeDefinition,
  type NodeDefinition,
  type RetryOverride,
  type RunSettings,
  INPUT_SOURCE,
} from '../../src/executor/core/index.js';
import { edge, graph, node, planOf, settings } from '../support/graph-builder.js';
import { randomAgents } from './random-agents.js';
import { type SampleCondition, SAMPLE_CONDITIONS } from './sample-conditions.js';
import type { Scenario } from './simulation.js';

/** What a property allows a scenario to hold. */
export interface Wildness {
  /** Cancels, clocks, `stop` and `cancel` on failure, nodes that do not survive a crash: the moment decides the outcome. */
  readonly timed: boolean;
}

/** A scenario, and what an oracle needs to know of it without asking the core. */
export interface RandomScenario extends Scenario {
  readonly nodes: readonly NodeDefinition[];
  readonly edges: readonly EdgeDefinition[];
  readonly sinks: readonly string[] | undefined;
  readonly conditions: ReadonlyMap<EdgeDefinition, SampleCondition>;
}

const TYPES = ['open', 'open', 'open', 'needs_text', 'defaults_text', 'needs_url_param', 'defaults_url_param'] as const;
type AgentType = (typeof TYPES)[number];
const KEYS: Readonly<Record<AgentType, readonly string[]>> = {
  open: ['text', 'url', 'other'],
  needs_text: ['text'],
  defaults_text: ['text'],
  needs_url_param: ['url'],
  defaults_url_param: ['url'],
};
const PATHS = ['v', 'nested.k', 'flag', 'nowhere', 'error.type'] as const;

const percent = fc.nat(99);
/** A value in half of the cases, null in the others. */
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(arbitrary, { freq: 1 });
/** A value in one of four cases. */
const seldom = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, { weight: 1, arbitrary });

const edgeDraw = fc.record({
  source: fc.nat(),
  rank: percent,
  on: fc.constantFrom<EdgeDefinition['on']>('success', 'success', 'success', 'failure', 'done'),
  condition: maybe(fc.constantFrom(...SAMPLE_CONDITIONS.keys())),
  group: seldom(fc.constantFrom('g', 'h')),
  isElse: fc.boolean(),
  keys: fc.array(fc.record({ key: fc.nat(2), path: fc.constantFrom(...PATHS) }), { maxLength: 2 }),
});
type EdgeDraw = typeof edgeDraw extends fc.Arbitrary<infer T> ? T : never;

const nodeDraw = fc.record({
  rank: percent,
  type: fc.constantFrom(...TYPES),
  hasUrl: fc.boolean(),
  join: fc.constantFrom<NodeDefinition['join']>('all', 'all', 'all', 'any', 'any', 'settled'),
  optional: percent,
  alwaysOnCancel: fc.boolean(),
  failsOnInterrupt: percent,
  retries: maybe(fc.nat(2)),
  baseMs: maybe(fc.nat(300)),
  totalMs: seldom(fc.integer({ min: 1, max: 600 })),
  retryOn: seldom(fc.constantFrom('error.type == "Flaky"', 'error.status == 503', 'error.attempt < 2')),
  edges: fc.array(edgeDraw, { maxLength: 4 }),
});
type NodeDraw = typeof nodeDraw extends fc.Arbitrary<infer T> ? T : never;

/** Plain data, so that a failure prints what it takes to see it again. */
export const scenarioDraw = fc.record({
  nodes: fc.oneof(
    { weight: 30, arbitrary: fc.array(nodeDraw, { minLength: 2, maxLength: 14, size: 'max' }) },
    { weight: 1, arbitrary: fc.array(nodeDraw, { minLength: 40, maxLength: 40 }) },
  ),
  seed: fc.nat(),
  failing: fc.constantFrom(0, 0.2, 0.4, 0.7),
  longestMs: fc.constantFrom(1, 50, 200),
  inputV: fc.nat(9),
  concurrency: fc.integer({ min: 1, max: 4 }),
  maxRetries: fc.nat(1),
  jitter: fc.constantFrom<RunSettings['retryJitter']>('none', 'equal', 'full'),
  retryAfterMaxMs: fc.constantFrom(1_000, 900_000),
  strict: percent,
  requireSink: percent,
  sinks: maybe(fc.array(fc.nat(), { maxLength: 3 })),
  onFailure: fc.constantFrom<RunSettings['onFailure']>('finish', 'stop', 'cancel'),
  timeoutMs: seldom(fc.integer({ min: 1, max: 600 })),
  expireMs: seldom(fc.integer({ min: 1, max: 200 })),
  takenAtMs: fc.nat(60),
  cancelAtMs: seldom(fc.nat(600)),
  graceMs: fc.nat(100),
  maxInterruptions: fc.integer({ min: 0, max: 3 }),
});
export type ScenarioDraw = typeof scenarioDraw extends fc.Arbitrary<infer T> ? T : never;

export function buildScenario(draw: ScenarioDraw, { timed }: Wildness): RandomScenario {
  const nodes = byRank(draw.nodes.map((drawn, index) => ({ rank: drawn.rank, made: buildNode(drawn, index, timed) })));
  const conditions = new Map<EdgeDefinition, SampleCondition>();
  const edges = buildEdges(draw.nodes, conditions);
  const sinks = draw.sinks?.map((sink) => `n${sink % draw.nodes.length}`);
  return {
    nodes,
    edges,
    sinks,
    conditions,
    plan: planOf(graph(nodes, edges, sinks)),
    settings: buildSettings(draw, timed),
    input: { v: draw.inputV, flag: draw.inputV % 2 === 0, nested: { k: draw.inputV } },
    agents: randomAgents(draw),
    takenAtMs: draw.takenAtMs,
    cancelAtMs: timed ? draw.cancelAtMs : null,
  };
}

function buildSettings(draw: ScenarioDraw, timed: boolean): RunSettings {
  const base = settings({
    concurrency: draw.concurrency,
    maxRetries: draw.maxRetries,
    retryJitter: draw.jitter,
    retryBaseSec: 0.05,
    retryAfterMaxSec: draw.retryAfterMaxMs / 1_000,
    strictConditions: draw.strict < 20,
    requireSink: draw.requireSink < 20,
    cancelGraceSec: draw.graceMs / 1_000,
  });
  if (!timed) return base;
  return {
    ...base,
    onFailure: draw.onFailure,
    maxInterruptions: draw.maxInterruptions,
    ...(draw.timeoutMs === null ? {} : { timeoutSec: draw.timeoutMs / 1_000 }),
    ...(draw.expireMs === null ? {} : { expireIfNotStartedSec: draw.expireMs / 1_000 }),
  };
}

function buildNode(drawn: NodeDraw, index: number, timed: boolean): NodeDefinition {
  const takesUrl = drawn.type.endsWith('url_param');
  return node(`n${index}`, {
    type: drawn.type,
    params: takesUrl && drawn.hasUrl ? { url: 'http://example' } : {},
    join: drawn.join,
    optional: drawn.optional < 20,
    alwaysOnCancel: drawn.join === 'settled' && drawn.alwaysOnCancel,
    onInterrupt: timed && drawn.failsOnInterrupt < 20 ? 'fail' : 'retry',
    retries: drawn.retries ?? undefined,
    retry: buildRetry(drawn, timed),
  });
}

function buildRetry({ baseMs, totalMs, retryOn }: NodeDraw, timed: boolean): RetryOverride {
  return {
    ...(baseMs === null ? {} : { baseSec: baseMs / 1_000 }),
    ...(totalMs === null || !timed ? {} : { totalSec: totalMs / 1_000 }),
    ...(retryOn === null ? {} : { on: retryOn }),
  };
}

interface DrawnEdge {
  readonly rank: number;
  readonly target: number;
  readonly drawn: EdgeDraw;
  readonly from: string;
}

/** Edges lead from lower to higher numbers, so there is no cycle; about one source in eight is the run's input. */
function buildEdges(nodes: readonly NodeDraw[], conditions: Map<EdgeDefinition, SampleCondition>): EdgeDefinition[] {
  const all = nodes.flatMap(({ edges }, target) =>
    edges.map((drawn): DrawnEdge => {
      const source = drawn.source % 8 === 7 || target === 0 ? INPUT_SOURCE : `n${drawn.source % target}`;
      return { rank: drawn.rank, target, drawn, from: source };
    }),
  );
  const ordered = byRank(all.map((made) => ({ rank: made.rank, made })));
  const plain = new Set<string>();
  return ordered.flatMap(({ target, drawn, from }, at) => {
    const on = from === INPUT_SOURCE ? 'success' : drawn.on;
    const condition = drawn.condition === null ? undefined : SAMPLE_CONDITIONS[drawn.condition];
    const group = drawn.group ?? undefined;
    const isLast = !ordered.slice(at + 1).some((later) => later.from === from && later.drawn.group === drawn.group);
    const isElse = group !== undefined && drawn.isElse && isLast;
    const place = `${from} ${target} ${on}`;
    if (condition === undefined && group === undefined) {
      if (plain.has(place)) return [];
      plain.add(place);
    }
    const keys = KEYS[nodes[target]?.type ?? 'open'];
    const made = edge(from, `n${target}`, {
      on,
      cond: isElse ? undefined : condition?.cond,
      group,
      else: isElse,
      map: Object.fromEntries(drawn.keys.map(({ key, path }) => [keys[key % keys.length] ?? 'text', path])),
    });
    if (condition !== undefined && !isElse) conditions.set(made, condition);
    return [made];
  });
}

function byRank<T>(items: readonly { readonly rank: number; readonly made: T }[]): T[] {
  return [...items].sort((a, b) => a.rank - b.rank).map(({ made }) => made);
}

/** Where a run crashes: shares of what its journal has grown by since the crash before, in percent. */
export const crashDraw = fc.array(fc.record({ share: percent, downtimeMs: fc.integer({ min: 0, max: 400 }) }), {
  minLength: 1,
  maxLength: 3,
});
export type CrashDraw = typeof crashDraw extends fc.Arbitrary<infer T> ? T : never;
