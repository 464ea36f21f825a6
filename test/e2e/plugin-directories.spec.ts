import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { BuiltService } from '../support/built-service.js';
import { waitFor } from '../support/wait-for.js';

interface Run {
  readonly status: string;
  readonly result: { readonly outputs: Readonly<Record<string, unknown>> };
}

/** An agent that is written with what the service hands it, and calls a tool of the same folder. */
const COUNT = `
export default ({ defineAgent, z }) =>
  defineAgent({
    type: 'agent.count_loudly',
    description: 'Counts the words of a text.',
    params: z.strictObject({ at_least: z.number().default(0) }),
    input: z.strictObject({ text: z.string() }),
    output: z.strictObject({ words: z.number(), shouted: z.string() }),
    tools: ['shout'],
    async run({ input, params, callTool }) {
      const words = input.text.split(' ').length;
      return { words: Math.max(words, params.at_least), shouted: await callTool('shout', { text: input.text }) };
    },
  });
`;
/** A tool, as CommonJS, in a package of its own that imports a part of itself. */
const SHOUT = `
const { loud } = require('./loud.cjs');
module.exports = ({ defineTool, z }) =>
  defineTool({
    name: 'shout',
    description: 'Says it louder.',
    input: z.strictObject({ text: z.string() }),
    output: z.string(),
    run: ({ text }) => loud(text),
  });
`;

const answering = (answer: string, type = 'agent.answer'): string => `
export default ({ defineAgent, anyObject, anyJson }) =>
  defineAgent({
    type: ${JSON.stringify(type)},
    description: 'Answers.',
    params: anyObject,
    input: anyObject,
    output: anyJson,
    run: () => ${JSON.stringify(answer)},
  });
`;

describe('plugin directories', () => {
  let folder: string;
  const services: BuiltService[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'wand-plugins-'));
    mkdirSync(join(folder, 'plugins'));
  });
  afterEach(async () => {
    for (const service of services.splice(0)) await service.stop('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, 'plugins', path)), { recursive: true });
    writeFileSync(join(folder, 'plugins', path), text);
  };
  const options = (env: Readonly<Record<string, string>> = {}) => ({
    database: join(folder, 'wand.db'),
    env: {
      PLUGINS__ENABLE_DYNAMIC_LOADING: 'true',
      PLUGINS__PLUGIN_DIRECTORIES: JSON.stringify([join(folder, 'plugins')]),
      ...env,
    },
  });
  const start = async (env?: Readonly<Record<string, string>>): Promise<BuiltService> => {
    const service = await BuiltService.start(options(env));
    services.push(service);
    return service;
  };
  /** What a start that fails says. */
  const refusal = async (env?: Readonly<Record<string, string>>): Promise<string> => {
    const service = await BuiltService.spawn(options(env));
    services.push(service);
    expect(await service.exited()).toBe(1);
    return service.log;
  };
  const outputOf = async (service: BuiltService, type: string, params: object = {}): Promise<unknown> => {
    const graph = { name: 'plugged', nodes: [{ id: 'a', type, params }], edges: [] };
    const { graph_id } = await service.post<{ graph_id: string }>('/graphs', graph);
    const run = await service.post<Run>('/runs?wait=20', { graph_id });
    return run.result.outputs['a'];
  };

  it('bring agents and tools that graphs use like any other', async () => {
    write('count.mjs', COUNT);
    write('shout/package.json', '{"name":"shout","main":"main.cjs"}');
    write('shout/main.cjs', SHOUT);
    write('shout/loud.cjs', 'exports.loud = (text) => `${text.toUpperCase()}!`;');
    write('README.md', 'Ours.');
    const service = await start();
    const graph = {
      name: 'plugged',
      nodes: [
        { id: 'say', type: 'agent.echo', params: { text: 'one two three' } },
        { id: 'count', type: 'agent.count_loudly' },
      ],
      edges: [{ from: 'say', to: 'count', map: { text: 'text' } }],
    };
    const { graph_id } = await service.post<{ graph_id: string }>('/graphs', graph);
    const run = await service.post<Run>('/runs?wait=20', { graph_id });
    expect(run).toMatchObject({
      status: 'SUCCESS',
      result: { outputs: { count: { words: 3, shouted: 'ONE TWO THREE!' } } },
    });
    const listed = await service.json<{ items: { type: string; params_schema: object }[] }>('/plugins/agents');
    expect(listed.items.find(({ type }) => type === 'agent.count_loudly')).toMatchObject({
      params_schema: { properties: { at_least: { default: 0 } } },
    });
    // Params are checked against the plugin's schema when the graph is created.
    const wrong = { ...graph, nodes: [graph.nodes[0], { ...graph.nodes[1], params: { at_last: 1 } }] };
    const refused = await service.request('/graphs', { method: 'POST', body: JSON.stringify(wrong) });
    expect(refused.status).toBe(422);
    expect(await refused.text()).toContain(String.raw`did you mean \"at_least\"?`);
  });

  it('keep the service from starting until every file in them can be loaded, and say what is wrong with each', async () => {
    write('broken.js', 'export default (\n');
    write('throws.mjs', "\n\nthrow new Error('no licence found');\n");
    write('empty.mjs', 'export const limit = 3;\n');
    write('fine.mjs', answering('fine'));
    write('twice.mjs', answering('again', 'agent.echo'));
    write('slow.mjs', 'await new Promise((resolve) => setTimeout(resolve, 60_000));\n');
    write('tool.cjs', SHOUT.replace("require('./loud.cjs')", '{ loud: String }'));
    write('bare.mjs', "export default { type: 'agent.bare', description: 'Bare.', run: () => null };\n");
    const said = await refusal({ PLUGINS__PLUGIN_TIMEOUT_SEC: '0.5', PLUGINS__ALLOWED_PLUGIN_TYPES: '["agent"]' });
    const lines = said.split('\n').filter((line) => line.startsWith('plugin '));
    const at = (name: string): string => `plugin ${join(folder, 'plugins', name)}: `;
    expect(lines).toEqual([
      `${at('bare.mjs')}agent "agent.bare": params must be a schema of zod 4, such as z.strictObject({})`,
      expect.stringMatching(new RegExp(`^${at('broken.js')}SyntaxError: .*"node --check .*" shows where`)),
      `${at('empty.mjs')}it exports no agent and no tool`,
      `${at('slow.mjs')}it took longer to load than PLUGINS__PLUGIN_TIMEOUT_SEC (0.5 s)`,
      `${at('throws.mjs')}no licence found (line 3)`,
      `${at('tool.cjs')}it brings tool "shout", which PLUGINS__ALLOWED_PLUGIN_TYPES does not allow`,
      expect.stringMatching(new RegExp(`^${at('twice.mjs')}agent "agent.echo" is registered twice: `)),
    ]);
    expect(said).not.toMatch(/^\s+at /m);
  });

  it('take the example of the guide as it stands there', async () => {
    const guide = readFileSync('docs/guides/writing-an-agent.md', 'utf8');
    write('guide.mjs', /```js\n(.*?)```/s.exec(guide)?.[1] ?? '');
    const service = await start();
    const graph = {
      name: 'guide',
      nodes: [
        { id: 'say', type: 'agent.echo', params: { text: 'one, two and three' } },
        { id: 'a', type: 'agent.count_words' },
      ],
      edges: [{ from: 'say', to: 'a', map: { text: 'text' } }],
    };
    const { graph_id } = await service.post<{ graph_id: string }>('/graphs', graph);
    const run = await service.post<Run>('/runs?wait=20', { graph_id });
    expect(run.result.outputs['a']).toEqual({ words: 4 });
  });

  it('must be there', async () => {
    const said = await refusal({ PLUGINS__PLUGIN_DIRECTORIES: '["/no/such/folder"]' });
    expect(said).toMatch(/^plugin \/no\/such\/folder: the directory cannot be read: .*ENOENT/m);
  });

  it('are left alone unless they are switched on', async () => {
    write('throws.mjs', "throw new Error('it was loaded');\n");
    const service = await start({ PLUGINS__ENABLE_DYNAMIC_LOADING: 'false' });
    await waitFor('the warning', () => service.log.includes('PLUGINS__PLUGIN_DIRECTORIES has no effect'));
    expect(service.log).not.toContain('it was loaded');
  });

  it('are not watched in production', async () => {
    expect(await refusal({ PLUGINS__ENABLE_HOT_RELOAD: 'true' })).toMatch(
      /^PLUGINS__ENABLE_HOT_RELOAD: got true, takes false in production/m,
    );
  });

  it('are loaded again in development: what is new counts, what is broken changes nothing, what is gone is gone', async () => {
    write('answer.mjs', answering('first'));
    const service = await start({ ENVIRONMENT: 'development', PLUGINS__ENABLE_HOT_RELOAD: 'true' });
    expect(await outputOf(service, 'agent.answer')).toBe('first');

    write('answer.mjs', answering('the second'));
    await waitFor('the new answer', async () => (await outputOf(service, 'agent.answer')) === 'the second');

    write('answer.mjs', 'export default (');
    await waitFor('the fault', () => /answer\.mjs: SyntaxError.*left as it was/.test(service.log));
    expect(await outputOf(service, 'agent.answer')).toBe('the second');

    write(
      'more.cjs',
      `module.exports = ${answering('more', 'agent.more').replace('export default', '').replace(/;\s*$/, '')};`,
    );
    await waitFor('the new plugin', () => service.log.includes('agent.more'));
    expect(await outputOf(service, 'agent.more')).toBe('more');

    rmSync(join(folder, 'plugins', 'more.cjs'));
    await waitFor('the plugin to be gone', () => /more\.cjs is gone/.test(service.log));
    const graph = { name: 'gone', nodes: [{ id: 'a', type: 'agent.more' }], edges: [] };
    const refused = await service.request('/graphs', { method: 'POST', body: JSON.stringify(graph) });
    expect(refused.status).toBe(422);
  });

  it('let an attempt under way end with the code that it began with', async () => {
    const held = (answer: string): string => `
      import { existsSync } from 'node:fs';
      export default ({ defineAgent, anyObject, anyJson }) => defineAgent({
        type: 'agent.held', description: 'Waits.', params: anyObject, input: anyObject, output: anyJson,
        async run() {
          while (!existsSync(${JSON.stringify(join(folder, 'go'))})) await new Promise((resolve) => setTimeout(resolve, 10));
          return ${JSON.stringify(answer)};
        },
      });`;
    write('held.mjs', held('old'));
    const service = await start({ ENVIRONMENT: 'development', PLUGINS__ENABLE_HOT_RELOAD: 'true' });
    const graph = { name: 'held', nodes: [{ id: 'a', type: 'agent.held' }], edges: [] };
    const { graph_id } = await service.post<{ graph_id: string }>('/graphs', graph);
    const { run_id } = await service.post<{ run_id: string }>('/runs', { graph_id });
    const loads = (): number => service.log.split('held.mjs brings agent.held').length;
    const before = loads();
    write('held.mjs', held('the new one'));
    await waitFor('the new code', () => loads() > before);
    writeFileSync(join(folder, 'go'), '');
    const run = await waitFor('the run to end', async () => {
      const answer = await service.json<Run>(`/runs/${run_id}`);
      return answer.status === 'SUCCESS' && answer;
    });
    expect(run.result.outputs['a']).toBe('old');
    expect(await outputOf(service, 'agent.held')).toBe('the new one');
  });
});
