import { z } from 'zod';
import { Agent, type AgentContext } from '../../sdk/index.js';
import { chartLabels, chartLook, chartSeries } from '../tools/index.js';

const params = z.strictObject({ spec: z.strictObject(chartLook) });
const input = z.strictObject({ series: chartSeries, labels: chartLabels.optional() });
const output = z.strictObject({
  chart_url: z.string().meta({ description: 'Where the API serves the chart.' }),
  points: z.int().meta({ description: 'Values drawn.' }),
});

/** Draws a chart. */
@Agent({
  type: 'agent.chart',
  description: 'Draws numbers as a line, bar, scatter, area or pie chart, stored as an artifact of the run.',
  params,
  input,
  output,
  tools: ['chart_generator'],
})
export class ChartAgent {
  async run({
    params: { spec },
    input: { series, labels },
    callTool,
  }: AgentContext<z.output<typeof params>, z.output<typeof input>>): Promise<z.output<typeof output>> {
    const args = { ...spec, series, ...(labels === undefined ? {} : { labels }) };
    // The tool's own schema has checked the result.
    const { chart_url, points } = (await callTool('chart_generator', args)) as z.output<typeof output>;
    return { chart_url, points };
  }
}
