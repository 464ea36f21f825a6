import { createHash } from 'node:crypto';
import { type TestAgents, registerTestAgents } from '../../support/test-agents.js';
import {
  type Answer,
  BIG_OUTPUT,
  type Fields,
  INLINE_BYTES,
  MAX_BYTES,
  big,
  echo,
  textOf,
  useLargeOutputs,
} from './use-large-outputs.js';

const FRAGILE = { id: 'last', type: 'agent.test.fragile' };

describe('a large output of a run that is retried', () => {
  const { api, finish, succeeded, logOf, refOf, download } = useLargeOutputs();
  let agents: TestAgents;

  beforeAll(() => {
    agents = registerTestAgents(api.service);
  });

  const retry = async (id: string, body: Fields = {}): Promise<{ readonly run_id: string }> => {
    const answer = await api.post(`/runs/${id}/retry`, body);
    expect(answer).toMatchObject({ status: 202 });
    return answer.body as { readonly run_id: string };
  };
  const failed = async (nodes: readonly Fields[], edges: readonly Fields[], input: Fields = {}): Promise<Answer> => {
    agents.broken.add('last');
    const answer = await finish({ nodes: [...nodes, FRAGILE], edges }, { input });
    expect(answer).toMatchObject({ status: 'FAILED' });
    agents.broken.clear();
    return answer;
  };

  it('is taken over together with its file, and outlives the old run', async () => {
    const past = await failed([big], [{ from: 'big', to: 'last', map: { n: 'n' } }]);
    const { run_id } = await retry(past.run_id);
    const again = await succeeded(run_id);
    expect(again.result.outputs).toMatchObject({ big: BIG_OUTPUT, last: { n: 7 } });
    const reused = (await logOf(run_id)).find(({ type }) => type === 'node.reused');
    expect(reused?.data).toEqual({ output_ref: await refOf(past.run_id, 'big'), from_run: past.run_id });
    expect(await api.delete(`/runs/${past.run_id}`)).toMatchObject({ status: 204 });
    expect((await succeeded(run_id)).result.outputs['big']).toEqual(BIG_OUTPUT);
    expect((await download(run_id, '$output.big.1.json')).status).toBe(200);
  });

  it('is other content under its name when its links lead to files of the new run', async () => {
    const filler = 'x'.repeat(INLINE_BYTES);
    const past = await failed(
      [{ id: 'chart', type: 'agent.chart', params: { spec: { kind: 'bar' } } }, echo('links', { params: { filler } })],
      [
        { from: '$input', to: 'chart', map: { series: 'series' } },
        { from: 'chart', to: 'links', map: { link: 'chart_url' } },
        { from: 'links', to: 'last', map: { link: 'link' } },
      ],
      { series: [1, 2] },
    );
    const { run_id } = await retry(past.run_id);
    const link = `/runs/${run_id}/artifacts/chart.svg`;
    expect((await succeeded(run_id)).result.outputs).toMatchObject({ links: { link, filler }, last: { link } });
    const text = await (await download(run_id, '$output.links.1.json')).text();
    expect(JSON.parse(text)).toEqual({ link, filler });
    expect(await refOf(run_id, 'links')).toEqual({
      artifact: '$output.links.1.json',
      bytes: Buffer.byteLength(text),
      sha256: createHash('sha256').update(text).digest('hex'),
    });
    // The old one is as it was.
    expect((await api.get(`/runs/${past.run_id}/nodes/links`)).body).toMatchObject({
      output: { link: `/runs/${past.run_id}/artifacts/chart.svg` },
    });
  });

  it('may be given by the client', async () => {
    const past = await failed([echo('a')], [{ from: 'a', to: 'last', map: { n: 'n' } }]);
    const given = { n: 1, text: textOf(INLINE_BYTES) };
    const { run_id } = await retry(past.run_id, { with_output: { a: given } });
    expect((await succeeded(run_id)).result.outputs).toMatchObject({ a: given, last: { n: 1 } });
    const reused = (await logOf(run_id)).find(({ type }) => type === 'node.reused');
    expect(reused?.data).toMatchObject({ output_ref: { artifact: '$output.a.0.json' }, from_run: null });
    expect(await (await download(run_id, '$output.a.0.json')).json()).toEqual(given);
    const third = await retry(run_id, { from: ['last'] });
    expect((await succeeded(third.run_id)).result.outputs).toMatchObject({ a: given });
  });

  it('is refused with a pointer when the client gives more than EXECUTION__MAX_ARTIFACT_BYTES', async () => {
    const past = await failed([echo('a')], [{ from: 'a', to: 'last' }]);
    const with_output = { a: { text: textOf(MAX_BYTES + 1) } };
    expect(await api.post(`/runs/${past.run_id}/retry`, { with_output })).toMatchObject({
      status: 422,
      body: {
        errors: [
          {
            pointer: '/with_output/a',
            code: 'output-too-large',
            message: `the output has ${MAX_BYTES + 1} bytes, more than the ${MAX_BYTES} allowed (EXECUTION__MAX_ARTIFACT_BYTES)`,
          },
        ],
      },
    });
  });
});
