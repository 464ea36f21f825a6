import { Injectable } from '@nestjs/common';
import { GRAPH_ID, type GraphId, type Namespace, epochMs, graphId } from '../executor/core/index.js';
import { type CachedGraph, Clock, type GraphSpec, PlanCache } from '../executor/index.js';
import { type Answer, type GuardWith, ProblemError, capDetails, countOfFaults } from '../http/index.js';
import {
  type GraphListQuery,
  GraphRepository,
  Ids,
  type StoredGraph,
  type StoredGraphVersion,
} from '../storage/index.js';
import type { GraphFault, GraphWarning } from './validation/graph-fault.js';
import { GraphValidator } from './validation/graph-validator.js';
import { type ParamsByNode, paramsFaults, specWithParams } from './validation/params-faults.js';

/** A graph and one of its versions. */
export interface GraphAtVersion {
  readonly graph: StoredGraph;
  readonly version: StoredGraphVersion;
}

/** The version of a graph that a new run executes. */
export interface RunnableGraph extends CachedGraph {
  readonly graphId: GraphId;
  /** Where its runs live, too. */
  readonly namespace: Namespace;
  readonly version: number;
}

/** A graph as it was accepted. */
export interface AcceptedVersion {
  readonly graphId: GraphId;
  readonly version: number;
  readonly warnings: readonly GraphWarning[];
}

/** The graphs of a namespace; those of another are unknown. */
@Injectable()
export class GraphsService {
  constructor(
    private readonly graphs: GraphRepository,
    private readonly plans: PlanCache,
    private readonly validator: GraphValidator,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  /**
   * Checks and stores a graph; durable when it resolves. `answerOf` makes the answer that a repeated request gets again.
   *
   * @throws {ProblemError} `graph-invalid` with one error per fault.
   */
  async create(
    namespace: Namespace,
    body: unknown,
    guardWith: GuardWith,
    answerOf: (accepted: AcceptedVersion) => Answer,
  ): Promise<Answer> {
    const { spec, warnings } = this.accept(body);
    const id = this.ids.graph();
    const answer = answerOf({ graphId: id, version: 1, warnings });
    await this.graphs.create(namespace, { ...this.stored(id, spec), version: 1 }, guardWith(answer));
    return answer;
  }

  /** @throws {ProblemError} `graph-invalid`, `graph-not-found`, or `graph-archived`. */
  async replace(namespace: Namespace, id: string, body: unknown): Promise<AcceptedVersion> {
    const graph = await this.find(namespace, id);
    assertNotArchived(graph);
    const { spec, warnings } = this.accept(body);
    const version = await this.graphs.addVersion(namespace, this.stored(graph.graphId, spec));
    if (version === undefined) throw unknownGraph(id);
    return { graphId: graph.graphId, version, warnings };
  }

  /** Newest first, archived ones left out; one row more than `limit` if there are more. */
  list(namespace: Namespace, query: GraphListQuery): Promise<StoredGraph[]> {
    return this.graphs.list(namespace, { ...query, limit: query.limit + 1 });
  }

  /**
   * A version of a graph, the newest when left out.
   *
   * @throws {ProblemError} `graph-not-found`.
   */
  async get(namespace: Namespace, id: string, version?: number): Promise<GraphAtVersion> {
    const graph = await this.find(namespace, id);
    const wanted = version ?? graph.version;
    const stored = await this.graphs.findVersion(namespace, graph.graphId, wanted);
    if (stored === undefined) throw unknownVersion(graph, wanted);
    return { graph, version: stored };
  }

  /**
   * A version of a graph, the newest when left out, ready to be run.
   *
   * @throws {ProblemError} `graph-not-found` or `graph-archived`.
   */
  async resolve(namespace: Namespace, id: string, version?: number): Promise<RunnableGraph> {
    const graph = await this.find(namespace, id);
    const wanted = version ?? graph.version;
    const cached = await this.plans.get(graph.graphId, wanted);
    if (cached === undefined) throw unknownVersion(graph, wanted);
    assertNotArchived(graph);
    return { graphId: graph.graphId, namespace, version: wanted, ...cached };
  }

  /** What is wrong with params that a run of the version wants to say differently; pointers start at the params by node. */
  async checkParams(graph: RunnableGraph, params: ParamsByNode): Promise<GraphFault[]> {
    const { namespace, graphId: id, version } = graph;
    const stored = Object.keys(params).length === 0 ? undefined : await this.graphs.findVersion(namespace, id, version);
    if (stored === undefined) return [];
    const spec = JSON.parse(stored.specJson) as GraphSpec;
    const verdict = this.validator.validate(specWithParams(spec, params));
    return verdict.valid ? [] : paramsFaults(verdict.errors, spec, params);
  }

  /**
   * No new runs from here on; old ones stay readable. Archiving again changes nothing.
   *
   * @throws {ProblemError} `graph-not-found`.
   */
  async archive(namespace: Namespace, id: string): Promise<void> {
    const graph = await this.find(namespace, id);
    await this.graphs.archive(namespace, graph.graphId, this.clock.now());
  }

  private async find(namespace: Namespace, id: string): Promise<StoredGraph> {
    const graph = GRAPH_ID.test(id) ? await this.graphs.find(namespace, graphId(id)) : undefined;
    if (graph === undefined) throw unknownGraph(id);
    return graph;
  }

  private accept(body: unknown): { readonly spec: GraphSpec; readonly warnings: readonly GraphWarning[] } {
    const verdict = this.validator.validate(body);
    if (!verdict.valid) throw invalidGraph(verdict.errors);
    return verdict;
  }

  private stored(id: GraphId, spec: GraphSpec): Omit<StoredGraphVersion, 'version'> {
    return {
      graphId: id,
      name: spec.name,
      specJson: JSON.stringify(spec),
      createdAt: epochMs(this.clock.now()),
    };
  }
}

function assertNotArchived({ graphId: id, archivedAt }: StoredGraph): void {
  if (archivedAt === null) return;
  throw new ProblemError('graph-archived', `graph ${id} is archived: it takes no new runs and no new versions`);
}

function unknownGraph(id: string): ProblemError {
  return new ProblemError('graph-not-found', `there is no graph ${JSON.stringify(id.slice(0, 64))}`);
}

function unknownVersion({ graphId: id, version: newest }: StoredGraph, wanted: number): ProblemError {
  return new ProblemError('graph-not-found', `graph ${id} has no version ${wanted}: its newest is ${newest}`);
}

function invalidGraph(faults: readonly GraphFault[]): ProblemError {
  return new ProblemError('graph-invalid', `the graph has ${countOfFaults(faults.length)}`, {
    errors: capDetails([...faults]),
  });
}
