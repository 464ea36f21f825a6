import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * An agent that tells in which process it ran: it waits, logs, makes progress, stores a file, returns a large text, fails its
 * first attempts, and ends when it is told to stop, as its params say.
 */
const WORK = `
export default ({ defineAgent, anyObject, anyJson, AgentError, z }) =>
  defineAgent({
    type: 'agent.pool_work',
    description: 'Works somewhere.',
    params: z.strictObject({
      seconds: z.number().default(0),
      chars: z.number().default(0),
      failures: z.number().default(0),
      says: z.boolean().default(false),
      files: z.boolean().default(false),
    }),
    input: anyObject,
    output: anyJson,
    async run({ params, attempt, signal, log, progress, artifacts, nodeId }) {
      if (params.says) {
        for (let line = 1; line <= 5; line++) log('info', 'line ' + line, { line });
        progress(50, 'half');
      }
      await new Promise((resolve, reject) => {
        const timer = setTimeout(resolve, params.seconds * 1000);
        signal.addEventListener('abort', () => (clearTimeout(timer), reject(signal.reason)), { once: true });
      });
      if (attempt <= params.failures) throw new Error('attempt ' + attempt + ' of ' + process.pid);
      if (params.files) await artifacts.put({ extension: 'txt', contentType: 'text/plain', body: 'made by ' + process.pid });
      return { pid: process.pid, text: '😀x'.repeat(params.chars / 2) };
    },
  });
`;

/** A folder with the agent, and what a process needs to be told to load it. */
export function poolAgents(): { readonly env: Readonly<Record<string, string>>; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'wand-pools-'));
  writeFileSync(join(folder, 'work.mjs'), WORK);
  const env = {
    PLUGINS__ENABLE_DYNAMIC_LOADING: 'true',
    PLUGINS__PLUGIN_DIRECTORIES: JSON.stringify([folder]),
  };
  return { env, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
