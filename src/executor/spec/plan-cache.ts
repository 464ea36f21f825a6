import { Injectable } from '@nestjs/common';
import { PluginRegistry } from '../../plugins/index.js';
import { GraphRepository } from '../../storage/index.js';
import { type GraphId, type GraphPlan, type RetryOrigin, withParams } from '../core/index.js';
import { CelExpressionCompiler } from '../expressions/index.js';
import { compileSpec } from './compile-spec.js';
import type { GraphSpec, RunOptionsSpec } from './graph-spec.js';

/** Nodes of all plans that are kept. */
const MAX_CACHED_NODES = 100_000;

/** A graph version as its runs share it. */
export interface CachedGraph {
  readonly name: string;
  readonly plan: GraphPlan;
  readonly options: RunOptionsSpec | undefined;
}

/** Compiled graph versions. A version never changes, so a plan is made once and kept while it is in use, and until agents change. */
@Injectable()
export class PlanCache {
  /** The least recently used first. */
  private readonly cached = new Map<string, CachedGraph>();
  private nodes = 0;
  /** Of the registry when they were compiled. */
  private generation = 0;

  constructor(
    private readonly graphs: GraphRepository,
    private readonly registry: PluginRegistry,
    private readonly expressions: CelExpressionCompiler,
  ) {}

  /** Undefined if there is no such version. */
  async get(graphId: GraphId, version: number): Promise<CachedGraph | undefined> {
    this.forgetOutdated();
    const key = `${graphId}@${version}`;
    const cached = this.cached.get(key);
    if (cached !== undefined) {
      this.cached.delete(key);
      this.cached.set(key, cached);
      return cached;
    }
    const stored = await this.graphs.findVersion(graphId, version);
    if (stored === undefined) return undefined;
    const spec = JSON.parse(stored.specJson) as GraphSpec;
    const graph = { name: spec.name, plan: this.compile(spec), options: spec.options };
    this.keep(key, graph);
    return graph;
  }

  /**
   * Compiles a spec whose shape has been checked.
   *
   * @throws {CyclicGraphError | UnknownNodeError | ExpressionSyntaxError} if it means nothing that can run.
   */
  compile(spec: GraphSpec): GraphPlan {
    const { registry, expressions } = this;
    return compileSpec(spec, { contractOf: (type) => registry.contract(type), expressions });
  }

  /**
   * The plan of a run that says some params differently from its graph.
   *
   * @throws {ExpressionSyntaxError} if a template does not parse.
   */
  withParams(plan: GraphPlan, params: RetryOrigin['params']): GraphPlan {
    return withParams(plan, params, this.expressions);
  }

  /** A plan holds what its agents take. */
  private forgetOutdated(): void {
    const { generation } = this.registry;
    if (generation === this.generation) return;
    this.generation = generation;
    this.cached.clear();
    this.nodes = 0;
  }

  private keep(key: string, graph: CachedGraph): void {
    if (this.cached.has(key)) return;
    this.cached.set(key, graph);
    this.nodes += graph.plan.nodes.length;
    for (const [oldest, { plan }] of this.cached) {
      if (this.nodes <= MAX_CACHED_NODES || oldest === key) return;
      this.cached.delete(oldest);
      this.nodes -= plan.nodes.length;
    }
  }
}
