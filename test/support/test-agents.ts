import { z } from 'zod';
import { NonRetryableError, PluginRegistry, anyJson, anyObject, defineAgent } from '../../src/plugins/index.js';
import type { Service } from '../../src/service.js';

/** Agents that a test lets go, counts and watches. Each is open to any params and input. */
export interface TestAgents {
  /** Attempts that have begun, by node id. */
  readonly calls: ReadonlyMap<string, number>;
  /** Nodes whose `agent.test.fragile` fails; a test adds and deletes as it likes. */
  readonly broken: Set<string>;
  /** Lets every `agent.test.gate` that waits go on; those to come wait for the next call. */
  release(): void;
}

/** Registers the agents of the tests with a running service: graphs that are created from now on may use them. */
export function registerTestAgents({ app }: Service): TestAgents {
  const registry = app.get(PluginRegistry, { strict: false });
  const calls = new Map<string, number>();
  const broken = new Set<string>();
  let gate = Promise.withResolvers<void>();
  const open = { input: anyObject, output: anyJson };

  const count = (nodeId: string): void => {
    calls.set(nodeId, (calls.get(nodeId) ?? 0) + 1);
  };

  registry.registerAgent(
    defineAgent({
      ...open,
      type: 'agent.test.gate',
      description: 'Waits until the test lets it go.',
      params: anyObject,
      run: async ({ nodeId, signal }) => {
        count(nodeId);
        const aborted = Promise.withResolvers<never>();
        signal.addEventListener('abort', () => aborted.reject(signal.reason as Error), { once: true });
        await Promise.race([gate.promise, aborted.promise]);
        return {};
      },
    }),
  );
  registry.registerAgent(
    defineAgent({
      ...open,
      type: 'agent.test.flaky',
      description: 'Throws on its first attempts.',
      params: z.strictObject({ failures: z.int().min(0) }),
      run: ({ nodeId, attempt, params }) => {
        count(nodeId);
        if (attempt <= params.failures) throw new Error(`attempt ${attempt} crashed`);
        return { attempt };
      },
    }),
  );
  registry.registerAgent(
    defineAgent({
      ...open,
      type: 'agent.test.chatty',
      description: 'Logs at every level and reports progress.',
      params: anyObject,
      run: ({ nodeId, log, progress }) => {
        count(nodeId);
        for (const level of ['debug', 'info', 'warn', 'error'] as const) log(level, `a line of ${level}`, { level });
        log('info', 'a line alone');
        progress(50, 'half');
        progress(100);
        return {};
      },
    }),
  );
  registry.registerAgent(
    defineAgent({
      ...open,
      type: 'agent.test.fragile',
      description: 'Answers what it was given and its idempotency key, unless the test has broken it.',
      params: anyObject,
      run: ({ nodeId, params, input, idempotencyKey }) => {
        count(nodeId);
        if (broken.has(nodeId)) throw new NonRetryableError(`${nodeId} is broken`);
        return { ...(params as object), ...(input as object), key: idempotencyKey };
      },
    }),
  );
  registry.registerAgent(
    defineAgent({
      input: anyObject,
      params: anyObject,
      output: z.strictObject({ n: z.int() }),
      type: 'agent.test.strict',
      description: 'Answers a number.',
      run: ({ nodeId }) => {
        count(nodeId);
        return { n: 1 };
      },
    }),
  );
  return {
    calls,
    broken,
    release: () => {
      gate.resolve();
      gate = Promise.withResolvers<void>();
    },
  };
}
