import { useApi } from '../../support/use-api.js';
import { waitFor } from '../../support/wait-for.js';
import type { GraphBody } from './graphs.js';

type Fields = Readonly<Record<string, unknown>>;

export interface NodeView {
  readonly id: string;
  readonly status: string;
  readonly attempts: number;
  readonly error: Fields | null;
  readonly skip_reason: string | null;
  readonly skip_causes: readonly Fields[] | null;
}

export interface RunView {
  readonly run_id: string;
  readonly status: string;
  readonly progress: number;
  readonly started_at: string | null;
  readonly error: Fields | null;
  readonly result: { readonly outputs: Fields; readonly sinks: readonly string[]; readonly summary: Fields } | null;
  readonly nodes: readonly NodeView[];
}

export interface LogView {
  readonly seq: number;
  readonly ts: number;
  readonly type: string;
  readonly lvl: string;
  readonly msg: string;
  readonly node_id?: string;
  readonly progress?: number;
  readonly data?: Fields;
}

export interface Refusal {
  readonly type: string;
  readonly errors: readonly { readonly pointer: string; readonly code: string; readonly message: string }[];
}

export interface Created {
  readonly graph_id: string;
  readonly warnings: readonly Fields[];
}

/** A run as the API told it at one moment. */
export class ObservedRun {
  constructor(
    readonly body: RunView,
    readonly log: readonly LogView[],
  ) {}

  node(id: string): NodeView {
    const node = this.body.nodes.find((candidate) => candidate.id === id);
    if (node === undefined) throw new Error(`the run has no node "${id}"`);
    return node;
  }

  status(id: string): string {
    return this.node(id).status;
  }

  statuses(): Record<string, string> {
    return Object.fromEntries(this.body.nodes.map((node) => [node.id, node.status]));
  }

  output(id: string): unknown {
    return this.body.result?.outputs[id];
  }

  /** True if `first` had succeeded before `second` started. */
  startedBefore(first: string, second: string): boolean {
    const seqOf = (type: string, id: string): number =>
      this.log.find((entry) => entry.type === type && entry.node_id === id)?.seq ?? Infinity;
    return seqOf('node.succeeded', first) < seqOf('node.started', second);
  }
}

const TERMINAL = ['SUCCESS', 'FAILED', 'CANCELLED'];

export interface Runs {
  /** Creates the graph, runs it to its end and reads it back. */
  finish(graph: GraphBody, start?: { readonly input?: unknown; readonly options?: Fields }): Promise<ObservedRun>;
  /** Creates the graph and starts a run; returns its id. */
  start(graph: GraphBody, start?: { readonly input?: unknown; readonly options?: Fields }): Promise<string>;
  ended(runId: string): Promise<ObservedRun>;
  get(runId: string): Promise<ObservedRun>;
  nodeRun(run: ObservedRun, nodeId: string): Promise<Fields>;
  cancel(runId: string): Promise<{ readonly status: number; readonly body: Fields }>;
  create(graph: GraphBody): Promise<Created>;
  /** Expects POST /graphs to answer 422. */
  refuse(graph: GraphBody): Promise<Refusal>;
}

/** Runs graphs over HTTP in a real service on a database of its own. */
export function useRuns(env: Readonly<Record<string, string>> = {}): Runs {
  const api = useApi({ env });
  const create: Runs['create'] = async (graph) => {
    const answer = await api.post('/graphs', graph);
    expect(answer).toMatchObject({ status: 201 });
    return answer.body as Created;
  };
  const start: Runs['start'] = async (graph, { input = {}, options } = {}) => {
    const { graph_id } = await create(graph);
    const answer = await api.post('/runs', { graph_id, input, options });
    expect(answer).toMatchObject({ status: 202 });
    return (answer.body as { readonly run_id: string }).run_id;
  };
  const get: Runs['get'] = async (runId) => {
    const run = await api.get(`/runs/${runId}`);
    const log = await api.get(`/runs/${runId}/logs`);
    return new ObservedRun(run.body as RunView, log.body as LogView[]);
  };
  const ended: Runs['ended'] = async (runId) => {
    await waitFor(`run ${runId} to end`, async () => {
      const { body } = await api.get(`/runs/${runId}`);
      return TERMINAL.includes((body as RunView).status);
    });
    return get(runId);
  };
  return {
    create,
    start,
    get,
    ended,
    finish: async (graph, options) => ended(await start(graph, options)),
    nodeRun: async (run, nodeId) => (await api.get(`/runs/${run.body.run_id}/nodes/${nodeId}`)).body as Fields,
    cancel: async (runId) => {
      const { status, body } = await api.post(`/runs/${runId}/cancel`);
      return { status, body: body as Fields };
    },
    refuse: async (graph) => {
      const answer = await api.post('/graphs', graph);
      expect(answer).toMatchObject({ status: 422 });
      return answer.body as Refusal;
    },
  };
}
