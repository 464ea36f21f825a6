import type { EChartsOption, SeriesOption } from 'echarts';
import { type ChartSpec, type Series, isPairs, toSeries } from './chart-spec.js';

/** Above this many points symbols would hide the line. */
const MAX_SYMBOLS = 60;
const MAX_FULL_LABELS = 20;
/** Pixels that a vertical axis with its numbers may take on each side. */
const SIDE_MARGIN = 50;
const LABEL_GAP = 6;

/** What ECharts is told to draw. Nothing moves and nothing depends on the time, the machine or an earlier chart. */
export function chartOption(spec: ChartSpec): EChartsOption {
  const series = toSeries(spec.series);
  const hasLegend = spec.kind !== 'pie' && series.some(({ name }) => name !== '');
  const top = (spec.title === undefined ? 0 : 36) + (hasLegend ? 30 : 0) + 24;
  return {
    animation: false,
    backgroundColor: '#ffffff',
    ...(spec.title === undefined ? {} : { title: { text: printable(spec.title), left: 'center', top: 8 } }),
    ...(hasLegend ? { legend: { top: spec.title === undefined ? 8 : 40, type: 'plain' } } : {}),
    ...(spec.kind === 'pie'
      ? {}
      : { grid: { top, left: 24, right: 24, bottom: 16, containLabel: true }, ...axes(spec, series) }),
    series: series.map((one, index) => seriesOption(spec, one, index)),
  };
}

function axes(spec: ChartSpec, series: readonly Series[]): Pick<EChartsOption, 'xAxis' | 'yAxis'> {
  if (series.some(({ data }) => isPairs(data)))
    return { xAxis: { type: 'value', scale: true }, yAxis: { type: 'value', scale: true } };
  const longest = series.reduce((most, { data }) => Math.max(most, data.length), 0);
  const boundaryGap = spec.kind !== 'line' && spec.kind !== 'area';
  // Few labels are all shown, broken into lines where they are long; of many, as many as there is room for.
  const axisLabel =
    longest > MAX_FULL_LABELS
      ? {}
      : { interval: 0, overflow: 'break' as const, width: labelWidth(spec.width, longest) };
  const xAxis = { type: 'category' as const, boundaryGap, axisLabel, data: labelsOf(spec, longest) };
  return { xAxis, yAxis: { type: 'value' } };
}

function labelWidth(chartWidth: number, count: number): number {
  return Math.max(20, Math.floor((chartWidth - 2 * SIDE_MARGIN) / Math.max(1, count)) - LABEL_GAP);
}

function seriesOption(spec: ChartSpec, { name, data }: Series, index: number): SeriesOption {
  // A name of its own for each series, so that two that are called the same keep their own colours.
  const common = { id: String(index), ...(name === '' ? {} : { name: printable(name) }) };
  switch (spec.kind) {
    case 'pie':
      return { ...common, type: 'pie', radius: '65%', center: ['50%', '55%'], data: slices(spec, data) };
    case 'bar':
      return { ...common, type: 'bar', data: [...data] as (number | null)[] };
    case 'scatter':
      return { ...common, type: 'scatter', symbolSize: 8, data: [...data] as (number | [number, number])[] };
    case 'line':
    case 'area':
      return {
        ...common,
        type: 'line',
        showSymbol: data.length <= MAX_SYMBOLS,
        data: [...data] as (number | null)[],
        ...(spec.kind === 'area' ? { areaStyle: { opacity: 0.4 } } : {}),
      };
  }
}

function slices(spec: ChartSpec, data: Series['data']): { name: string; value: number }[] {
  const labels = labelsOf(spec, data.length);
  return data.flatMap((value, index) => (typeof value === 'number' ? [{ name: labels[index] ?? '', value }] : []));
}

/** The given labels, or 1, 2, 3 … */
function labelsOf({ labels }: ChartSpec, count: number): string[] {
  return (
    labels?.map((label) => printable(String(label))) ?? Array.from({ length: count }, (_, index) => String(index + 1))
  );
}

/**
 * ECharts keeps the widths of texts in a plain object with the text as key: for `__proto__` or `constructor` it would write
 * into the prototype of every object of the process. It also measures parts of texts, so no text may contain such a name.
 */
const INHERITED_NAMES = new RegExp(Object.getOwnPropertyNames(Object.prototype).join('|'), 'g');
const ZERO_WIDTH_SPACE = '\u200b';

/** A text without what XML cannot hold, and with the names that ECharts must not meet parted by an invisible space. */
function printable(text: string): string {
  return (
    text
      .toWellFormed()
      // eslint-disable-next-line no-control-regex -- these are the characters to take out
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
      .replace(INHERITED_NAMES, (name) => name.slice(0, 1) + ZERO_WIDTH_SPACE + name.slice(1))
  );
}
