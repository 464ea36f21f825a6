import { Distribution } from '../core/index.js';
import type { LabelledDistribution, MeasuredDistribution } from './reading.js';

/** A histogram in the text format of Prometheus 0.0.4. */
export function histogramText({ name, help, read }: MeasuredDistribution): string {
  const reading = read();
  const series = reading instanceof Distribution ? [{ labels: {}, distribution: reading }] : reading;
  const lines = series.flatMap((one) => seriesLines(name, one));
  return [`# HELP ${name} ${escaped(help)}`, `# TYPE ${name} histogram`, ...lines, ''].join('\n');
}

function seriesLines(name: string, { labels, distribution }: LabelledDistribution): string[] {
  const { bounds, count, sum } = distribution;
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${escaped(value).replaceAll('"', '\\"')}"`);
  const bucket = (le: string, value: number): string =>
    `${name}_bucket{${[...pairs, `le="${le}"`].join(',')}} ${value}`;
  const own = pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
  const below = distribution.cumulative();
  return [
    ...bounds.map((bound, place) => bucket(String(bound), below[place] ?? 0)),
    bucket('+Inf', count),
    `${name}_sum${own} ${sum}`,
    `${name}_count${own} ${count}`,
  ];
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}
