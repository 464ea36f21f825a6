import { z } from 'zod';
import { PluginRegistry } from '../../plugins/index.js';
import { AllGraphsRepository, type CacheLimits, CacheSpace, type StoredGraphVersion } from '../../storage/index.js';
import { epochMs, graphId } from '../core/index.js';
import { CelExpressionCompiler } from '../expressions/index.js';
import { PlanCache } from './plan-cache.js';

/** Holds two versions of every graph and counts how often each is read; each has as many nodes as it was made with. */
class CountedGraphs extends AllGraphsRepository {
  readonly reads: string[] = [];

  constructor(private readonly nodes: number) {
    super();
  }

  override findVersionInAnyNamespace(
    id: ReturnType<typeof graphId>,
    version: number,
  ): Promise<StoredGraphVersion | undefined> {
    this.reads.push(`${id}@${version}`);
    if (version > 2) return Promise.resolve(undefined);
    const nodes = Array.from({ length: this.nodes }, (_, index) => ({ id: `n${index}`, type: 'agent.gone' }));
    const specJson = JSON.stringify({ name: 'g', nodes, edges: [], options: { concurrency: version } });
    return Promise.resolve({ graphId: id, version, name: 'g', specJson, createdAt: epochMs(0) });
  }
}

const A = graphId('g_a');

describe('PlanCache', () => {
  const cacheOf = (graphs: AllGraphsRepository, limits: Partial<CacheLimits> = {}): PlanCache => {
    const space = new CacheSpace({ isEnabled: true, ttlMs: 60_000, maxWeight: 100_000, ...limits });
    return new PlanCache(graphs, new PluginRegistry(), new CelExpressionCompiler(), space);
  };

  it('compiles a version once and shares it', async () => {
    const graphs = new CountedGraphs(1);
    const cache = cacheOf(graphs);
    const first = await cache.get(A, 1);
    expect(first).toMatchObject({ options: { concurrency: 1 }, plan: { topological: [0] } });
    expect(await cache.get(A, 1)).toBe(first);
    expect(await cache.get(A, 2)).toMatchObject({ options: { concurrency: 2 } });
    expect(graphs.reads).toEqual(['g_a@1', 'g_a@2']);
  });

  it('compiles a version again when agents have changed', async () => {
    const registry = new PluginRegistry();
    const graphs = new CountedGraphs(1);
    const cache = new PlanCache(graphs, registry, new CelExpressionCompiler());
    const before = await cache.get(A, 1);
    expect(before?.plan.nodes[0]?.contract.params.open).toBe(true);
    const empty = z.strictObject({});
    const description = 'Came later.';
    registry.registerAgent({
      type: 'agent.gone',
      description,
      params: empty,
      input: empty,
      output: empty,
      run: () => ({}),
    });
    const after = await cache.get(A, 1);
    expect(after?.plan.nodes[0]?.contract.params.open).toBe(false);
    expect(await cache.get(A, 1)).toBe(after);
  });

  it('does not know a version that is not there', async () => {
    expect(await cacheOf(new CountedGraphs(1)).get(A, 3)).toBeUndefined();
  });

  it('lets nodes of an agent that is gone start, so that their attempts say so', async () => {
    const found = await cacheOf(new CountedGraphs(1)).get(A, 1);
    expect(found?.plan.nodes[0]?.contract).toMatchObject({ params: { open: true }, input: { open: true } });
  });

  it('forgets what was used least recently when its room is full', async () => {
    const graphs = new CountedGraphs(1_000);
    const cache = cacheOf(graphs, { maxWeight: 2.5 * 3_050 });
    await cache.get(A, 1);
    await cache.get(A, 2);
    await cache.get(A, 1);
    await cache.get(graphId('g_b'), 1);
    graphs.reads.length = 0;
    await cache.get(A, 1);
    await cache.get(A, 2);
    expect(graphs.reads).toEqual(['g_a@2']);
  });

  it('keeps nothing where caches are off', async () => {
    const graphs = new CountedGraphs(1);
    const cache = cacheOf(graphs, { isEnabled: false });
    expect(await cache.get(A, 1)).not.toBe(await cache.get(A, 1));
    expect(graphs.reads).toEqual(['g_a@1', 'g_a@1']);
  });
});
