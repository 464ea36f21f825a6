// Compiled, never run: what must be an error is one, and what must not is none.
import { type ProblemCode, type RunEvent, WandClient, type WandProblem, operations } from '../src/index.js';

const wand = new WandClient({ baseUrl: 'http://127.0.0.1:8000', apiKey: 'key' });

// @ts-expect-error a client needs to know where the service is
new WandClient({ apiKey: 'key' });

export async function graphs(): Promise<void> {
  await wand.graphs.create({ name: 'n', nodes: [{ id: 'a', type: 'agent.echo', join: 'any' }], edges: [] });
  // @ts-expect-error a join that does not exist
  await wand.graphs.create({ name: 'n', nodes: [{ id: 'a', type: 'agent.echo', join: 'some' }], edges: [] });
  // @ts-expect-error a field that does not exist
  await wand.graphs.create({ name: 'n', nodes: [{ id: 'a', tpye: 'agent.echo' }], edges: [] });
  // @ts-expect-error edges are not optional
  await wand.graphs.create({ name: 'n', nodes: [] });
  // @ts-expect-error the cursor is the pager's own
  wand.graphs.list({ cursor: 'x' });
}

export async function runs(): Promise<void> {
  const started = await wand.runs.start({ graph_id: 'g', labels: { a: 'b' } }, { idempotencyKey: 'k' });
  // @ts-expect-error a run that was only started has no result
  started.result;
  // @ts-expect-error labels are strings
  await wand.runs.start({ graph_id: 'g', labels: { a: 1 } });
  // @ts-expect-error a status that does not exist
  wand.runs.list({ status: ['DONE'] });
  const run = await wand.runs.wait(started.run_id);
  // @ts-expect-error null unless the run succeeded
  run.result.outputs;
  const items: AsyncIterable<{ readonly run_id: string }> = wand.runs.list();
  for await (const { run_id } of items) run_id.toUpperCase();
}

export function told(event: RunEvent): number | string {
  switch (event.type) {
    case 'run.queued':
      return event.data.graph_version;
    case 'node.retrying':
      return event.data.wait_ms;
    case 'node.skipped':
      // @ts-expect-error only a retry waits
      event.data.wait_ms;
      return event.data.skip_reason;
    case 'run.started':
      // @ts-expect-error the start of a run has no data
      event.data;
      return event.run_id;
    // @ts-expect-error an event that does not exist
    case 'run.exploded':
      return 0;
    default:
      return event.seq;
  }
}

export function coded(problem: WandProblem): string {
  // Codes of a newer service are strings too.
  if (problem.code === 'graph-invalid' || problem.code === 'made-up') return problem.code;
  // @ts-expect-error a code that this version does not know
  const known: ProblemCode = 'made-up';
  return known;
}

export async function access(): Promise<void> {
  const { key_id } = await wand.keys.create({ name: 'n', scopes: ['runs:read'] });
  // @ts-expect-error a scope that does not exist
  await wand.keys.create({ name: 'n', scopes: ['runs'] });
  // @ts-expect-error the key is told once, when it is made
  (await wand.keys.get(key_id)).key;
  // @ts-expect-error the cursor is the pager's own
  wand.keys.list({ cursor: 'x' });
  const { token } = await wand.auth.streamToken('r', { expires_in: 30 });
  wand.runs.stream('r', { streamToken: token });
  // @ts-expect-error the stream of all runs takes no token of a run
  wand.runs.watchAll({ streamToken: token });
}

export async function configuration(): Promise<void> {
  const { sources } = await wand.config.change({ LOGGING__LEVEL: 'DEBUG', EXECUTION__MAX_RETRIES: null });
  // @ts-expect-error a source that does not exist
  sources['PORT'] === 'nowhere';
  // @ts-expect-error a key that needs a restart
  await wand.config.change({ PORT: 1 });
}

export async function generated(): Promise<boolean> {
  // @ts-expect-error the path has a parameter
  await operations.getRun({ client: wand.http, throwOnError: true });
  return (await operations.validateConfig({ client: wand.http, throwOnError: true })).data.valid;
}
