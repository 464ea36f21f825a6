import { z } from 'zod';
import { Tool, type ToolContext } from '../../../sdk/index.js';
import { type ChartFormat, type ChartSpec, chartSpec, countPoints, toSeries } from './chart-spec.js';
import { renderPng } from './render-png.js';
import { renderSvg } from './render-svg.js';

const CONTENT_TYPES = { svg: 'image/svg+xml', png: 'image/png' } as const satisfies Record<ChartFormat, string>;

const drawnChart = z.strictObject({
  chart_url: z.string().meta({ description: 'Where the API serves the file.' }),
  points: z.int().meta({ description: 'Values drawn.' }),
  content_type: z.enum(Object.values(CONTENT_TYPES)),
  bytes: z.int(),
});

/** Draws charts and stores them beside the run. */
@Tool({
  name: 'chart_generator',
  description: 'Draws a line, bar, scatter, area or pie chart as SVG or PNG and stores it as an artifact of the run.',
  input: chartSpec,
  output: drawnChart,
})
export class ChartGenerator {
  async run(spec: ChartSpec, { artifacts, signal }: ToolContext): Promise<z.output<typeof drawnChart>> {
    const svg = await renderSvg(spec);
    signal.throwIfAborted();
    const body = spec.format === 'png' ? await renderPng(svg) : svg;
    signal.throwIfAborted();
    const contentType = CONTENT_TYPES[spec.format];
    const { url, bytes } = await artifacts.put({ extension: spec.format, contentType, body });
    return { chart_url: url, points: countPoints(toSeries(spec.series)), content_type: contentType, bytes };
  }
}
