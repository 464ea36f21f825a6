import type { ApiCalls } from './api-calls.js';
import {
  archiveGraph,
  createGraph,
  getGraph,
  listGraphs,
  replaceGraph,
  simulateGraph,
  validateGraph,
} from './generated/sdk.gen.js';
import type {
  CreatedGraph,
  Graph,
  GraphItem,
  GraphVerdict,
  ListGraphsData,
  Simulate,
  Simulation,
  StoredGraph,
} from './generated/types.gen.js';
import type { CallOptions, CreateOptions } from './options.js';
import { Paged } from './pages.js';

/** Definitions of graphs. */
export class Graphs {
  readonly #calls: ApiCalls;

  constructor(calls: ApiCalls) {
    this.#calls = calls;
  }

  /** Stores a new graph as version 1. */
  async create(graph: Graph, options?: CreateOptions): Promise<CreatedGraph> {
    return (await createGraph({ ...this.#calls.keyed(options), body: graph })).data;
  }

  /** What `create` would say; nothing is stored. */
  async validate(graph: Graph, options?: CallOptions): Promise<GraphVerdict> {
    return (await validateGraph({ ...this.#calls.repeatable(options), body: graph })).data;
  }

  /** What a run would do with given outcomes; nothing is executed. */
  async simulate(simulation: Simulate, options?: CallOptions): Promise<Simulation> {
    return (await simulateGraph({ ...this.#calls.repeatable(options), body: simulation })).data;
  }

  /** The newest first. */
  list(query?: Omit<NonNullable<ListGraphsData['query']>, 'cursor'>, options?: CallOptions): Paged<GraphItem> {
    return new Paged(
      async (cursor) => (await listGraphs({ ...this.#calls.repeatable(options), query: { ...query, cursor } })).data,
    );
  }

  /** The newest version, or the one asked for. */
  async get(graphId: string, options: CallOptions & { readonly version?: number } = {}): Promise<StoredGraph> {
    const { version } = options;
    const path = { graph_id: graphId };
    return (await getGraph({ ...this.#calls.repeatable(options), path, query: { version } })).data;
  }

  /** Stores a new version; runs keep theirs. An answer that is lost is reported, not tried again: it may have worked. */
  async replace(graphId: string, graph: Graph, options?: CallOptions): Promise<CreatedGraph> {
    return (await replaceGraph({ ...this.#calls.once(options), path: { graph_id: graphId }, body: graph })).data;
  }

  /** No new runs from here on; old ones stay readable. */
  async archive(graphId: string, options?: CallOptions): Promise<void> {
    await archiveGraph({ ...this.#calls.repeatable(options), path: { graph_id: graphId } });
  }
}
