import { Injectable } from '@nestjs/common';
import { PluginRegistry } from '../../plugins/index.js';
import { AllGraphsRepository, type Cache, CacheSpace } from '../../storage/index.js';
import { type GraphId, type GraphPlan, type RetryOrigin, withParams } from '../core/index.js';
import { CelExpressionCompiler } from '../expressions/index.js';
import { compileSpec } from './compile-spec.js';
import type { GraphSpec, RunOptionsSpec } from './graph-spec.js';

/** Kilobytes of one node of a plan with the edges to it, about, besides what its params hold. */
const NODE_WEIGHT = 3;
const CHARACTERS_PER_WEIGHT = 1_024;

/** A graph version as its runs share it. */
export interface CachedGraph {
  readonly name: string;
  readonly plan: GraphPlan;
  readonly options: RunOptionsSpec | undefined;
}

/** Compiled graph versions, of all namespaces: whoever asks for a client has found the graph in its namespace. A version never changes, so a plan is made once and kept while it is in use, and until agents change. */
@Injectable()
export class PlanCache {
  private readonly cached: Cache<string, CachedGraph>;

  constructor(
    private readonly graphs: AllGraphsRepository,
    private readonly registry: PluginRegistry,
    private readonly expressions: CelExpressionCompiler,
    space: CacheSpace = new CacheSpace(),
  ) {
    this.cached = space.open();
  }

  /** Undefined if there is no such version. */
  async get(graphId: GraphId, version: number): Promise<CachedGraph | undefined> {
    // A plan holds what its agents take: those of agents that were loaded again since are not asked for any more.
    const key = `${graphId}@${version} ${this.registry.generation}`;
    const cached = this.cached.get(key);
    if (cached !== undefined) return cached;
    const stored = await this.graphs.findVersionInAnyNamespace(graphId, version);
    if (stored === undefined) return undefined;
    const spec = JSON.parse(stored.specJson) as GraphSpec;
    const graph = { name: spec.name, plan: this.compile(spec), options: spec.options };
    const specWeight = Math.ceil(stored.specJson.length / CHARACTERS_PER_WEIGHT);
    this.cached.set(key, graph, graph.plan.nodes.length * NODE_WEIGHT + specWeight);
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
}
