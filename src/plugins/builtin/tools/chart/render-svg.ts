import type { init } from 'echarts';
import { chartOption } from './chart-option.js';
import type { ChartSpec } from './chart-spec.js';

/** Draws a chart as an SVG document; the same chart gives the same bytes in every process, whatever was drawn before. */
export async function renderSvg(spec: ChartSpec): Promise<string> {
  const start = await loadEcharts();
  const chart = start(null, null, { renderer: 'svg', ssr: true, width: spec.width, height: spec.height });
  try {
    chart.setOption(chartOption(spec));
    return tidied(chart.renderToSVGString());
  } finally {
    // A chart that is not disposed of keeps a timer, and with it the process.
    chart.dispose();
  }
}

/** Loaded with the first chart: most processes never draw one. */
async function loadEcharts(): Promise<typeof init> {
  const bundle = await import('echarts/dist/echarts.common.min');
  const start = bundle.init ?? bundle.default?.init;
  if (start === undefined) throw new Error('the ECharts bundle has no init');
  return start;
}

/**
 * Takes out what only a live page uses (hover styles, the links back to the data) and the counters that ECharts carries on
 * from chart to chart. Only within tags: texts hold what the caller wrote, with `<` and `>` escaped.
 */
function tidied(svg: string): string {
  return svg.replace(/<style ?><!\[CDATA\[[^\]]*\]\]>\s*<\/style>\n?/g, '').replace(/<[^>]*>/g, (tag) =>
    tag
      .replace(/ class="zr\d+-cls-\d+"/g, '')
      .replace(/ ecmeta_\w+="[^"]*"/g, '')
      .replace(/(["#])zr\d+-/g, '$1chart-'),
  );
}
