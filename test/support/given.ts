import type { Api } from './use-api.js';
import { waitFor } from './wait-for.js';

type Fields = Readonly<Record<string, unknown>>;

export interface StartOptions {
  readonly input?: unknown;
  readonly options?: Fields;
  readonly labels?: Readonly<Record<string, string>>;
}

export interface GivenRun {
  readonly run_id: string;
  readonly graph_id: string;
}

export interface RunAnswer extends GivenRun {
  readonly status: string;
  readonly progress: number;
  readonly nodes: readonly Fields[];
}

export interface Given {
  /** Creates a graph, of a single `agent.echo` unless `body` says otherwise; returns its id. */
  graph(body?: Fields): Promise<string>;
  /** Creates a graph and starts a run of it. */
  run(body?: Fields, start?: StartOptions): Promise<GivenRun>;
  /** As `run`, and waits for the run to end. */
  finishedRun(body?: Fields, start?: StartOptions): Promise<RunAnswer>;
  /** The run as soon as it is `status`. */
  runThatIs(status: string, runId: string): Promise<RunAnswer>;
}

/** What a test begins with, made over HTTP. */
export function given(api: Api): Given {
  const graph: Given['graph'] = async (body = {}) => {
    const echo = { name: 'echo', nodes: [{ id: 'a', type: 'agent.echo' }], edges: [] };
    const answer = await api.post('/graphs', { ...echo, ...body });
    expect(answer).toMatchObject({ status: 201 });
    return (answer.body as GivenRun).graph_id;
  };
  const run: Given['run'] = async (body, start = {}) => {
    const graph_id = await graph(body);
    const answer = await api.post('/runs', { graph_id, ...start });
    expect(answer).toMatchObject({ status: 202 });
    return { run_id: (answer.body as GivenRun).run_id, graph_id };
  };
  const runThatIs: Given['runThatIs'] = (status, runId) =>
    waitFor(`run ${runId} to be ${status}`, async () => {
      const { body } = await api.get(`/runs/${runId}`);
      return (body as RunAnswer).status === status && (body as RunAnswer);
    });
  const finishedRun: Given['finishedRun'] = async (body, start) => {
    const answer = await api.post('/runs?wait=20', { graph_id: await graph(body), ...start });
    expect(answer).toMatchObject({ status: 200 });
    return answer.body as RunAnswer;
  };
  return { graph, run, finishedRun, runThatIs };
}
