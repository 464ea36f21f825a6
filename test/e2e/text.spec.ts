import { z } from 'zod';
import type { Json } from '../../src/executor/core/index.js';
import { PluginRegistry, anyJson, anyObject, defineAgent } from '../../src/plugins/index.js';
import { given } from '../support/given.js';
import { useApi } from '../support/use-api.js';

const NUL = '\0';
const HALF = '\ud83d';
const EMOJI = '😀';

/** The text as its JSON may write it. */
const escaped = (text: string): string =>
  [...text].map((character) => (/[\0\ud800-\udfff]/.test(character) ? unitOf(character) : character)).join('');
const unitOf = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** What an agent would say. */
const text = `a${NUL}${HALF}${EMOJI}`;
const OUTPUTS: Readonly<Record<'text' | 'half' | 'key', Json>> = {
  text: { list: [1, text] },
  half: [HALF],
  key: { inner: { [text]: 1 } },
};

/** Every place where the text of a client is stored, with a part of it. */
const BODIES: readonly (readonly [string, path: string, pointer: string, body: (part: string) => string])[] = [
  ['the name of a graph', '/graphs', '/name', (part) => `{"name":"${part}","nodes":[],"edges":[]}`],
  ['an id', '/graphs', '/nodes/0/id', (part) => `{"name":"a","nodes":[{"id":"${part}"}]}`],
  ['a param', '/graphs', '/nodes/0/params/x', (part) => `{"nodes":[{"params":{"x":"${part}"}}]}`],
  ['the key of a param', '/graphs', '/nodes/0/params', (part) => `{"nodes":[{"params":{"${part}":1}}]}`],
  ['an input', '/runs', '/input/list/1', (part) => `{"input":{"list":[1,"${part}"]}}`],
  ['a label', '/runs', '/labels/team', (part) => `{"labels":{"team":"${part}"}}`],
  ['the key of a label', '/runs', '/labels', (part) => `{"labels":{"${part}":"a"}}`],
  ['the name of a key', '/api-keys', '/name', (part) => `{"name":"${part}"}`],
  ['a given output', '/runs/r_1/retry', '/with_output/a', (part) => `{"with_output":{"a":"${part}"}}`],
  ['a simulated one', '/graphs/simulate', '/outcomes/a/output', (part) => `{"outcomes":{"a":{"output":"${part}"}}}`],
];

describe('text that not every database can store', () => {
  const api = useApi();
  const { finishedRun } = given(api);

  describe.each([
    ['U+0000', 'nul-character', NUL],
    ['half a surrogate pair', 'unpaired-surrogate', HALF],
  ])('%s', (_name, code, character) => {
    it.each(BODIES)('is refused as a part of %s', async (_place, path, place, body) => {
      const answer = await api.post(path, undefined, { rawBody: body(`a${escaped(character)}`) });
      expect(answer).toMatchObject({
        status: 400,
        body: { type: '/problems/malformed-json', errors: [{ code, pointer: expect.stringMatching(`^${place}`) }] },
      });
    });
  });

  it.each([
    ['/graphs?name=%00', 'name', 'nul-character'],
    ['/graphs?name=%ED%A0%BD', 'name', 'utf-8'],
    ['/runs?label=team%3A%ED%B8%80', 'label', 'utf-8'],
  ])('is refused in the query: %s', async (path, parameter, code) => {
    const answer = await api.get(path);
    expect(answer).toMatchObject({
      status: 400,
      body: { type: '/problems/bad-request', errors: [{ parameter, code }] },
    });
  });

  it('is refused in the path', async () => {
    expect(await api.get('/runs/r_%ED%A0%BD')).toMatchObject({ status: 400, body: { type: '/problems/bad-request' } });
  });

  it('is refused as an Idempotency-Key, as every character beyond ASCII', async () => {
    const answer = await api.post('/graphs', { name: 'a' }, { headers: { 'Idempotency-Key': 'ÿ' } });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ parameter: 'Idempotency-Key' }] } });
  });

  it('may stand there as anything else: whole pairs and what only looks like an escape', async () => {
    const name = `${EMOJI} \\u0000 \\ud83d`;
    const run = await finishedRun({ name }, { input: { [name]: name }, labels: { team: name } });
    expect(run).toMatchObject({ graph_name: name, input: { [name]: name }, labels: { team: name } });
    const { body } = await api.get(`/graphs?name=${encodeURIComponent(name)}`);
    expect(body).toMatchObject({ items: [{ name }] });
  });

  describe('of an agent', () => {
    beforeAll(() => {
      const registry = api.service.app.get(PluginRegistry, { strict: false });
      const open = { params: anyObject, input: anyObject, output: anyJson };
      registry.registerAgent(
        defineAgent({
          ...open,
          type: 'agent.test.output',
          description: 'Answers text that no request may hold.',
          params: z.strictObject({ as: z.enum(['text', 'half', 'key']) }),
          run: ({ params }) => OUTPUTS[params.as],
        }),
      );
      registry.registerAgent(
        defineAgent({
          ...open,
          type: 'agent.test.log',
          description: 'Logs text that no request may hold.',
          run: ({ log, progress }) => {
            log('info', text, { [text]: [text] });
            log('info', `${'x'.repeat(8_191)}${EMOJI}`);
            progress(50, text);
            return {};
          },
        }),
      );
      registry.registerAgent(
        defineAgent({
          ...open,
          type: 'agent.test.error',
          description: 'Throws text that no request may hold.',
          run: () => {
            throw Object.assign(new Error(text), { name: text });
          },
        }),
      );
      registry.registerAgent(
        defineAgent({
          ...open,
          type: 'agent.test.artifact',
          description: 'Stores a file of a type that is none.',
          run: async ({ artifacts }) => {
            await artifacts.put({ extension: 'txt', contentType: `text/plain${NUL}`, body: text });
            return {};
          },
        }),
      );
    });

    const runOf = (type: string, params: object = {}) =>
      finishedRun({ nodes: [{ id: 'a', type, params, retries: 0 }] });
    const cleaned = `a\ufffd\ufffd${EMOJI}`;

    it.each([
      ['text', 'the output holds the character U+0000 at /list/1;'],
      ['half', 'the output holds half of a surrogate pair at /0;'],
      ['key', 'the output holds a key with the character U+0000 at /inner;'],
    ])('fails the node when it is its output, and is not tried again: %s', async (as, message) => {
      const run = await finishedRun({ nodes: [{ id: 'a', type: 'agent.test.output', params: { as }, retries: 3 }] });
      expect(run.status).toBe('FAILED');
      expect(run.nodes).toMatchObject([
        { attempts: 1, error: { type: 'InvalidOutput', retryable: false, message: expect.stringContaining(message) } },
      ]);
    });

    it('fails the node when a template made it', async () => {
      const run = await runOf('agent.echo', { text: "${ 'a\\u0000' }" });
      expect(run.nodes).toMatchObject([{ error: { type: 'InvalidOutput' } }]);
    });

    it('becomes U+FFFD in what it logs', async () => {
      const { run_id } = await runOf('agent.test.log');
      const { body } = await api.get(`/runs/${run_id}/logs?lvl=debug`);
      const entries = body as readonly { readonly type: string }[];
      expect(entries.filter(({ type }) => type === 'node.log')).toMatchObject([
        { msg: cleaned, data: { [cleaned]: [cleaned] } },
        { msg: `${'x'.repeat(8_191)} …` },
      ]);
      expect(entries.find(({ type }) => type === 'node.progress')).toMatchObject({ msg: cleaned });
    });

    it('becomes U+FFFD in its errors', async () => {
      const run = await runOf('agent.test.error');
      expect(run.nodes).toMatchObject([{ error: { type: cleaned, message: cleaned } }]);
      expect(run).toMatchObject({ status: 'FAILED', error: { error: { message: cleaned } } });
    });

    it('is refused as the type of a file', async () => {
      const run = await runOf('agent.test.artifact');
      const message = 'the content type of a.txt takes 1 to 255 printable ASCII characters';
      expect(run.nodes).toMatchObject([{ error: { message, retryable: false } }]);
    });
  });
});

/** What tells texts apart, and how long they may be, is the same in every database. */
describe('text that every database can store', () => {
  const api = useApi();
  const { graph, finishedRun } = given(api);
  const idsOf = async (path: string): Promise<readonly string[]> => {
    const { body } = await api.get(path);
    return (body as { readonly items: readonly { readonly run_id: string; readonly graph_id: string }[] }).items.map(
      ({ run_id, graph_id }) => (path.startsWith('/runs') ? run_id : graph_id),
    );
  };

  it('is counted in characters, whatever they take in bytes', async () => {
    const name = EMOJI.repeat(200);
    const value = EMOJI.repeat(255);
    const run = await finishedRun({ name }, { labels: { team: value } });
    expect(await idsOf(`/graphs?name=${encodeURIComponent(name)}`)).toEqual([run.graph_id]);
    expect(await idsOf(`/runs?label=${encodeURIComponent(`team:${value}`)}`)).toEqual([run.run_id]);
    expect(await api.post('/graphs', { name: `${name}a`, nodes: [], edges: [] })).toMatchObject({ status: 422 });
  });

  it('is told apart by case, accents and spaces at its end', async () => {
    const values = ['team', 'Team', 'team ', 'té', 'te', 'te\u0301', 'ß', 'ss', '', ' '];
    const runs: string[] = [];
    for (const value of values) runs.push((await finishedRun({}, { labels: { k: value, K: 'other' } })).run_id);
    for (const [index, value] of values.entries()) {
      expect(await idsOf(`/runs?label=${encodeURIComponent(`k:${value}`)}`)).toEqual([runs[index]]);
    }
    expect(await idsOf('/runs?label=K:team')).toEqual([]);
  });

  it('tells graphs apart by their names in the same way', async () => {
    const names = ['name', 'Name', 'name ', 'namé', 'name\u00a0'];
    for (const name of names) await graph({ name });
    for (const name of names) expect(await idsOf(`/graphs?name=${encodeURIComponent(name)}`)).toHaveLength(1);
  });

  it('keeps ids of nodes apart that differ in case', async () => {
    const nodes = ['a', 'A'].map((id) => ({ id, type: 'agent.echo', params: { id } }));
    const run = await finishedRun({ nodes });
    expect(run).toMatchObject({ result: { outputs: { a: { id: 'a' }, A: { id: 'A' } } } });
    const { body } = await api.get(`/runs/${run.run_id}/logs?node_id=A`);
    expect((body as readonly { readonly node_id: string }[]).map(({ node_id }) => node_id)).toEqual(['A', 'A']);
  });

  it('keeps Idempotency-Keys apart that differ in case or in a space', async () => {
    const graph_id = await graph();
    const started = new Set<string>();
    for (const key of ['key', 'KEY', 'key-', 'key  1', 'key 1']) {
      const { body } = await api.post('/runs', { graph_id }, { headers: { 'Idempotency-Key': key } });
      started.add((body as { readonly run_id: string }).run_id);
    }
    expect(started.size).toBe(5);
  });

  it('gives numbers back as the doubles they are', async () => {
    const numbers = [2 ** 53, 2 ** 53 + 2, 1e308, 5e-324, -0.1, 0.1 + 0.2, 2 ** 31, -(2 ** 63)];
    const run = await finishedRun({}, { input: { numbers } });
    expect((await api.get(`/runs/${run.run_id}`)).body).toMatchObject({ input: { numbers } });
  });

  it('takes the largest numbers that can be asked for', async () => {
    const { run_id, graph_id } = await finishedRun();
    const most = 2 ** 31 - 1;
    expect(await api.get(`/runs/${run_id}/logs?after_seq=${most}`)).toMatchObject({ status: 200, body: [] });
    expect((await api.get(`/runs/${run_id}/logs?after_seq=${most + 1}`)).status).toBe(400);
    for (const headers of [{ 'Last-Event-ID': '999999999999' }, undefined]) {
      const stream = await api.fetch(`/runs/${run_id}/stream?after_seq=${most}`, { headers });
      expect(await stream.text()).toContain('stream.end');
    }
    expect(await api.get(`/graphs/${graph_id}?version=1000000000`)).toMatchObject({ status: 404 });
    expect(await api.post('/runs', { graph_id, version: 1_000_000_000 })).toMatchObject({ status: 404 });
    expect(await api.post('/runs', { graph_id, version: 2 ** 53 - 1 })).toMatchObject({ status: 422 });
  });
});
