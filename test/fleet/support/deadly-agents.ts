import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const DEFINITIONS = {
  poison: `
export default ({ defineAgent, anyObject, anyJson, z }) =>
  defineAgent({
    type: 'agent.poison',
    description: 'Kills its process.',
    params: z.strictObject({ after_ms: z.number() }),
    input: anyObject,
    output: anyJson,
    async run({ params }) {
      await new Promise((resolve) => setTimeout(resolve, params.after_ms));
      process.kill(process.pid, 'SIGKILL');
      await new Promise(() => undefined);
    },
  });
`,
  work: `
export default ({ defineAgent, anyObject, anyJson, z }) =>
  defineAgent({
    type: 'agent.work',
    description: 'Takes its time.',
    params: z.strictObject({ ms: z.number() }),
    input: anyObject,
    output: anyJson,
    async run({ params, signal }) {
      await new Promise((resolve, reject) => {
        const timer = setTimeout(resolve, params.ms);
        signal.addEventListener('abort', () => (clearTimeout(timer), reject(signal.reason)), { once: true });
      });
      return null;
    },
  });
`,
};

/**
 * A folder with `agent.poison`, which kills its process some time after the start of each attempt, and `agent.work`, which
 * takes its time and, unlike `agent.delay`, does not say that it only waits; and what a process needs to be told to load them.
 */
export function deadlyAgents(): { readonly env: Readonly<Record<string, string>>; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'wand-poison-'));
  for (const [name, definition] of Object.entries(DEFINITIONS)) writeFileSync(join(folder, `${name}.mjs`), definition);
  const env = {
    PLUGINS__ENABLE_DYNAMIC_LOADING: 'true',
    PLUGINS__PLUGIN_DIRECTORIES: JSON.stringify([folder]),
  };
  return { env, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
