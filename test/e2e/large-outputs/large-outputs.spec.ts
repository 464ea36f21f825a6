import { createHash } from 'node:crypto';
import { PluginRegistry, anyJson, anyObject, defineAgent } from '../../../src/plugins/index.js';
import { readStream } from '../../support/read-stream.js';
import { type TestAgents, registerTestAgents } from '../../support/test-agents.js';
import { waitFor } from '../../support/wait-for.js';
import {
  BIG_OUTPUT,
  CHARACTERS,
  type Fields,
  INLINE_BYTES,
  MAX_BYTES,
  big,
  echo,
  textOf,
  useLargeOutputs,
} from './use-large-outputs.js';

/** Answers the text that the run is given. */
const ECHO = { nodes: [echo('a')], edges: [{ from: '$input', to: 'a', map: { text: 'text' } }] };

describe('an output that is too large for the journal', () => {
  const { api, run, finish, succeeded, logOf, refOf, download, query } = useLargeOutputs();
  let agents: TestAgents;

  beforeAll(() => {
    agents = registerTestAgents(api.service);
  });

  it('is the real value for conditions, templates, agents, the result and the API', async () => {
    const { run_id, result } = await finish({
      nodes: [
        big,
        { id: 'length', type: 'agent.transform', params: { expression: '{ "length": $length(text) }' } },
        echo('reads', { params: { n: '${ nodes.big.output.n }', size: '${ size(nodes.big.output.text) }' } }),
        echo('never'),
      ],
      edges: [
        { from: 'big', to: 'length', map: { text: 'text' }, cond: { var: 'n', op: '==', value: 7 } },
        { from: 'big', to: 'reads', cond: 'size(output.text) > 1000000' },
        { from: 'big', to: 'never', cond: 'output.n != 7' },
      ],
    });
    expect(result.outputs).toEqual({
      big: BIG_OUTPUT,
      length: { length: CHARACTERS },
      reads: { n: 7, size: CHARACTERS },
    });
    expect(Object.keys(result.outputs)).toEqual(['big', 'length', 'reads']);
    expect(await succeeded(run_id)).toMatchObject({ result: { outputs: { big: BIG_OUTPUT } } });
    expect((await api.get(`/runs/${run_id}/nodes/big`)).body).toMatchObject({ output: BIG_OUTPUT });
    expect((await api.get(`/runs/${run_id}/nodes/length`)).body).toMatchObject({ input: { text: BIG_OUTPUT.text } });
  });

  it('leaves the rows of the journal and of the run small', async () => {
    const { run_id } = await finish({ nodes: [big], edges: [] });
    const [events] = await query<{ largest: number }>(
      'SELECT max(length(data)) AS largest FROM run_events WHERE run_id = ?',
      run_id,
    );
    const [row] = await query<{ result: number; nodes: number }>(
      'SELECT length(result) AS result, length(nodes) AS nodes FROM runs WHERE run_id = ?',
      run_id,
    );
    expect(events?.largest).toBeLessThan(1_000);
    expect(row?.result).toBeLessThan(1_000);
    expect(row?.nodes).toBeLessThan(1_000);
  });

  it.each([
    ['exactly at EXECUTION__MAX_OUTPUT_BYTES stands in the journal', INLINE_BYTES, false],
    ['one byte above it is kept in a file', INLINE_BYTES + 1, true],
    ['exactly at EXECUTION__MAX_ARTIFACT_BYTES is kept in a file', MAX_BYTES, true],
  ])('%s', async (_what, bytes, isKeptInFile) => {
    const { run_id, result } = await finish(ECHO, { input: { text: textOf(bytes) } });
    expect(result.outputs).toEqual({ a: { text: textOf(bytes) } });
    const ref = await refOf(run_id, 'a');
    expect(ref?.bytes).toBe(isKeptInFile ? bytes : undefined);
    const { body } = await api.get(`/runs/${run_id}/artifacts`);
    expect((body as { items: unknown[] }).items).toHaveLength(isKeptInFile ? 1 : 0);
  });

  it('one byte above EXECUTION__MAX_ARTIFACT_BYTES fails its node at once, saying both sizes', async () => {
    const failed = await finish(ECHO, { input: { text: textOf(MAX_BYTES + 1) } });
    expect(failed).toMatchObject({
      status: 'FAILED',
      nodes: [
        {
          attempts: 1,
          error: {
            type: 'OutputTooLarge',
            retryable: false,
            message: `the output has ${MAX_BYTES + 1} bytes, more than the ${MAX_BYTES} allowed (EXECUTION__MAX_ARTIFACT_BYTES)`,
          },
        },
      ],
    });
  });

  it('reads the same in the log, in the live stream and in the replayed one', async () => {
    const { run_id } = await run({
      nodes: [{ id: 'gate', type: 'agent.test.gate' }, big],
      edges: [{ from: 'gate', to: 'big' }],
    });
    const live = readStream(await api.fetch(`/runs/${run_id}/stream`));
    await waitFor('the gate to be reached', () => (agents.calls.get('gate') ?? 0) > 0);
    agents.release();
    const entriesOf = ({ events }: Awaited<typeof live>): unknown[] =>
      events
        .filter(({ id }) => id !== undefined)
        .map(({ data }) => ({ ...(JSON.parse(data) as Fields), run_id: undefined }));
    const seen = entriesOf(await live);
    const replayed = entriesOf(await readStream(await api.fetch(`/runs/${run_id}/stream`)));
    const log = await logOf(run_id);
    expect(seen).toEqual(log);
    expect(replayed).toEqual(log);
    const { data } = log.find(({ node_id, type }) => node_id === 'big' && type === 'node.succeeded') ?? {};
    expect(data).toEqual({
      output_ref: { artifact: '$output.big.1.json', bytes: expect.any(Number), sha256: expect.any(String) },
    });
  });

  it('can be downloaded like a file that an agent made', async () => {
    const { run_id } = await finish({ nodes: [big], edges: [] });
    const list = (await api.get(`/runs/${run_id}/artifacts`)).body as { items: Fields[] };
    const url = `/runs/${run_id}/artifacts/$output.big.1.json`;
    expect(list.items).toMatchObject([
      { name: '$output.big.1.json', node_id: 'big', content_type: 'application/json', url },
    ]);
    const file = await api.fetch(url);
    const text = await file.text();
    const digest = createHash('sha256').update(text).digest('hex');
    expect(JSON.parse(text)).toEqual(BIG_OUTPUT);
    expect(file.headers.get('content-type')).toMatch(/^application\/json/);
    expect(file.headers.get('etag')).toBe(`"${digest}"`);
    expect(list.items[0]).toMatchObject({ sha256: digest, bytes: Buffer.byteLength(text) });
    const again = await api.fetch(url.replace('$', '%24'), { headers: { 'If-None-Match': `"${digest}"` } });
    expect(again.status).toBe(304);
  });

  it('cannot be written by an agent', async () => {
    api.service.app.get(PluginRegistry, { strict: false }).registerAgent(
      defineAgent({
        type: 'agent.test.forger',
        description: 'Writes to the file of an output.',
        params: anyObject,
        input: anyObject,
        output: anyJson,
        run: async ({ artifacts }) => {
          const file = { name: '$output.a.1.json', extension: 'json', contentType: 'application/json', body: '{}' };
          await artifacts.put(file);
          return {};
        },
      }),
    );
    const failed = await finish({ nodes: [{ id: 'f', type: 'agent.test.forger' }], edges: [] });
    expect(failed).toMatchObject({
      status: 'FAILED',
      nodes: [{ error: { message: expect.stringContaining('no artifact name') } }],
    });
  });

  it('is explained with the values that conditions saw', async () => {
    const { run_id } = await finish({
      nodes: [big, echo('next')],
      edges: [{ from: 'big', to: 'next', cond: { var: 'n', op: '>', value: 8 } }],
    });
    expect((await api.get(`/runs/${run_id}/explain?node=next`)).body).toMatchObject({
      node: { edges: [{ condition: { holds: false, values: [{ name: 'n', actual: 7 }] } }] },
    });
    expect((await api.get(`/runs/${run_id}/explain?node=big`)).body).toMatchObject({
      node: { attempts: [{ attempt: 1, outcome: 'succeeded' }] },
    });
  });

  it('goes with its run', async () => {
    const { run_id } = await finish({ nodes: [big], edges: [] });
    const left = async (): Promise<number> =>
      (await query<{ files: number }>('SELECT count(*) AS files FROM artifacts WHERE run_id = ?', run_id))[0]?.files ??
      0;
    expect(await left()).toBe(1);
    expect(await api.delete(`/runs/${run_id}`)).toMatchObject({ status: 204 });
    expect((await download(run_id, '$output.big.1.json')).status).toBe(404);
    await waitFor('the file to be cleared', async () => (await left()) === 0);
  });
});
