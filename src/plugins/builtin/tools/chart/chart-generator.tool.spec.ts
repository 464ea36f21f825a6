import 'reflect-metadata';
import type { z } from 'zod';
import type { ArtifactWriter, ToolContext } from '../../../sdk/index.js';
import { ChartGenerator } from './chart-generator.tool.js';
import { CHART_KINDS, chartSpec } from './chart-spec.js';

type Spec = z.input<typeof chartSpec>;
type Put = Parameters<ArtifactWriter['put']>[0];
type Drawn = Awaited<ReturnType<ChartGenerator['run']>> & { readonly file: Put };

async function draw(spec: Spec, signal = new AbortController().signal): Promise<Drawn> {
  const stored: Put[] = [];
  const artifacts: ArtifactWriter = {
    put: (file) => {
      stored.push(file);
      const name = `chart.${file.extension}`;
      return Promise.resolve({ name, url: `/runs/r_1/artifacts/${name}`, bytes: Buffer.from(file.body).byteLength });
    },
  };
  const context: ToolContext = {
    runId: 'r_1',
    nodeId: 'chart',
    idempotencyKey: 'k',
    signal,
    artifacts,
    log: () => undefined,
  };
  const result = await new ChartGenerator().run(chartSpec.parse(spec), context);
  const [file] = stored;
  if (file === undefined) throw new Error('nothing was stored');
  return { ...result, file };
}

const svgOf = async (spec: Spec): Promise<string> => String((await draw(spec)).file.body);
/** Width and height as the header of a PNG has them. */
const sizeOf = (png: Uint8Array): number[] => [Buffer.from(png).readUInt32BE(16), Buffer.from(png).readUInt32BE(20)];

describe('chart_generator', () => {
  it.each(CHART_KINDS)('draws a %s chart', async (kind) => {
    const drawn = await draw({ kind, series: [3, 1, 2], labels: ['one', 'two', 'three'], title: 'Numbers' });
    expect(drawn).toMatchObject({
      chart_url: '/runs/r_1/artifacts/chart.svg',
      points: 3,
      content_type: 'image/svg+xml',
    });
    const svg = String(drawn.file.body);
    expect(drawn.bytes).toBe(Buffer.byteLength(svg));
    expect(svg).toMatch(/^<svg width="800" height="400".*<\/svg>\s*$/s);
    expect(svg).toContain('>Numbers</text>');
    for (const label of kind === 'scatter' ? ['one'] : ['one', 'two', 'three'])
      expect(svg).toContain(`>${label}</text>`);
  });

  it('gives the same bytes for the same chart, whatever was drawn in between', async () => {
    const spec: Spec = { kind: 'area', title: 'zr0-cls-1 zr9-', series: [{ name: 'a', data: [1, 2] }] };
    const first = await svgOf(spec);
    await svgOf({ kind: 'pie', series: [1, 2] });
    expect(await svgOf(spec)).toBe(first);
    expect(first).toContain('zr0-cls-1 zr9-</text>');
    expect(first).toContain('clip-path="url(#chart-c0)"');
    expect(first).not.toMatch(/<style|ecmeta|class=/);
  });

  it('draws a PNG of the size asked for, the same bytes each time', async () => {
    const spec: Spec = { kind: 'bar', series: [1, 2], width: 300, height: 200, format: 'png', title: 'Grüße' };
    const drawn = await draw(spec);
    const png = drawn.file.body as Uint8Array;
    expect(drawn.content_type).toBe('image/png');
    expect([...png.subarray(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    expect(sizeOf(png)).toEqual([300, 200]);
    expect(Buffer.compare(png, (await draw(spec)).file.body as Uint8Array)).toBe(0);
    const other = (await draw({ ...spec, title: 'Grusse' })).file.body as Uint8Array;
    expect(Buffer.compare(png, other)).not.toBe(0);
  });

  it('names several series in a legend and counts every value but gaps', async () => {
    const drawn = await draw({
      kind: 'line',
      series: [
        { name: 'north', data: [1, null, 3] },
        { name: 'south', data: [2, 2] },
      ],
    });
    expect(drawn.points).toBe(4);
    expect(drawn.file.body).toContain('>north</text>');
    expect(drawn.file.body).toContain('>south</text>');
  });

  it('takes [x, y] pairs for a scatter', async () => {
    const drawn = await draw({
      kind: 'scatter',
      series: [
        [1, 2],
        [300, 4],
        [5, 6],
      ],
    });
    expect(drawn.points).toBe(3);
    expect(drawn.file.body).toContain('>300</text>');
  });

  it('draws nothing for no numbers', async () => {
    expect(await draw({ kind: 'line', series: [] })).toMatchObject({ points: 0 });
    expect(await draw({ kind: 'pie', series: [] })).toMatchObject({ points: 0 });
  });

  it('escapes texts and takes out what XML cannot hold', async () => {
    const svg = await svgOf({ kind: 'bar', series: [1], labels: ['<script>\u0000'], title: 'a & "b" \ud800' });
    expect(svg).toContain('&lt;script&gt;\ufffd');
    expect(svg).toContain('a &amp; &quot;b&quot; \ufffd');
    expect(svg).not.toContain('<script>');
  });

  it('leaves the prototypes of the process alone, whatever the texts are', async () => {
    const names = Object.getOwnPropertyNames(Object.prototype);
    const before = names.map((name) =>
      Object.getOwnPropertyNames(Reflect.get(Object.prototype, name) ?? Object.prototype),
    );
    const labels = [...names, 'a __proto__', '__proto____proto__xyz'];
    const data = labels.map((_, index) => index);
    const svgs = await Promise.all([
      svgOf({
        kind: 'bar',
        title: 'a\n__proto__',
        labels,
        series: labels.map((name) => ({ name, data })),
        width: 4_000,
      }),
      svgOf({ kind: 'pie', title: 'constructor', labels, series: data }),
    ]);
    const after = names.map((name) =>
      Object.getOwnPropertyNames(Reflect.get(Object.prototype, name) ?? Object.prototype),
    );
    expect(after).toEqual(before);
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(names);
    for (const svg of svgs) expect(svg.replaceAll('\u200b', '')).toContain('>__proto__</text>');
  });

  it('stores nothing once its signal has fired', async () => {
    const reason = new Error('stop');
    await expect(draw({ kind: 'bar', series: [1] }, AbortSignal.abort(reason))).rejects.toBe(reason);
  });

  it.each([
    [{ kind: 'radar', series: [1] }, 'expected one of'],
    [{ kind: 'bar', series: ['1'] }, 'takes numbers'],
    [{ kind: 'bar', series: [[1, 2]] }, 'pairs are for scatter'],
    [{ kind: 'bar', series: [1, 2], labels: ['a'] }, 'labels has 1 entries for 2 points'],
    [{ kind: 'pie', series: [1, -2] }, 'negative'],
    [
      {
        kind: 'pie',
        series: [
          { name: 'a', data: [1] },
          { name: 'b', data: [1] },
        ],
      },
      'one series',
    ],
    [{ kind: 'pie', series: Array.from({ length: 201 }, () => 1) }, 'at most 200 slices'],
    [{ kind: 'bar', series: [1], width: 99 }, '>=100'],
    [{ kind: 'bar', series: [1], height: 4001 }, '<=4000'],
    [{ kind: 'bar', series: Array.from({ length: 10_001 }, () => 1) }, 'at most 10000 points'],
    [{ kind: 'bar', series: [1], colour: 'red' }, 'colour'],
  ])('refuses %j', (spec, message) => {
    const parsed = chartSpec.safeParse(spec);
    expect(JSON.stringify(parsed.error?.issues)).toContain(message);
  });
});
