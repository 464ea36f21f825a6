import { readFileSync } from 'node:fs';
import { makeKey } from '../support/auth-client.js';
import { DEVELOPMENT } from '../support/development.js';
import { given } from '../support/given.js';
import { useApi } from '../support/use-api.js';

interface Operation {
  readonly operationId: string;
  readonly requestBody?: {
    readonly content: Readonly<
      Record<string, { readonly examples?: Readonly<Record<string, { readonly value: unknown }>> }>
    >;
  };
}

const { paths } = JSON.parse(readFileSync('sdk/openapi.json', 'utf8')) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
};

const EXAMPLES = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).flatMap(([method, { operationId, requestBody }]) =>
    Object.entries(requestBody?.content['application/json']?.examples ?? {}).map(([name, { value }]) => ({
      operation: operationId,
      name,
      method: method.toUpperCase(),
      path,
      value,
    })),
  ),
);

/** Three nodes by the names that the examples use. */
const GRAPH = {
  name: 'demo',
  nodes: ['fetch', 'analyze', 'chart'].map((id) => ({ id, type: 'agent.echo' })),
  edges: [
    { from: 'fetch', to: 'analyze' },
    { from: 'analyze', to: 'chart' },
  ],
};

describe('The examples of the document', () => {
  const api = useApi({
    env: { ...DEVELOPMENT, SECURITY__JWT_SECRET: 'jwt-secret-0123456789abcdef0123456789' },
  });
  const { finishedRun } = given(api);

  it('are there', () => {
    expect(EXAMPLES.length).toBeGreaterThan(6);
  });

  /** What an example names is not there: something that is takes its place. */
  it.each(EXAMPLES)('can be sent: $operation, $name', async ({ operation, method, path, value }) => {
    const { run_id, graph_id } = await finishedRun(GRAPH);
    // A chart of nothing fails: what succeeded can be retried with a change alone.
    const failed = await finishedRun({
      ...GRAPH,
      nodes: GRAPH.nodes.map((node) =>
        node.id === 'chart' ? { ...node, type: 'agent.chart', params: { spec: { kind: 'line' } } } : node,
      ),
      options: { max_retries: 0 },
    });
    const runId = operation === 'retryRun' ? failed.run_id : run_id;
    const body = JSON.stringify(value)
      .replaceAll(/g_[0-9a-z]{26}/g, graph_id)
      .replaceAll(/r_[0-9a-z]{26}/g, runId);
    const { key_id } = await makeKey(api, { scopes: ['runs:read'] });
    const target = path.replace('{run_id}', runId).replace('{graph_id}', graph_id).replace('{key_id}', key_id);
    const headers = { 'Content-Type': 'application/json' };
    const answer = await api.fetch(target, { method, body, headers });
    expect([operation, answer.status, answer.ok ? '' : await answer.text()]).toEqual([
      operation,
      expect.any(Number),
      '',
    ]);
  });
});
