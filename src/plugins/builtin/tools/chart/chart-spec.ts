import { z } from 'zod';

export const CHART_KINDS = ['line', 'bar', 'scatter', 'area', 'pie'] as const;
export type ChartKind = (typeof CHART_KINDS)[number];
export const CHART_FORMATS = ['svg', 'png'] as const;
export type ChartFormat = (typeof CHART_FORMATS)[number];

/** Enough for any picture that a person reads, and drawn in well under a second, during which nothing else runs. */
export const MAX_POINTS = 10_000;
/** Placing the labels of a pie costs the square of their number. */
const MAX_SLICES = 200;
const MAX_SERIES = 100;
const MAX_TEXT_LENGTH = 200;

const text = z.string().max(MAX_TEXT_LENGTH);
const value = z.number().nullable();
const values = z.array(value).max(MAX_POINTS);
const pairs = z.array(z.tuple([z.number(), z.number()])).max(MAX_POINTS);
const data = z.union([values, pairs], { error: 'takes numbers (null for a gap), or [x, y] pairs' });

/** What is drawn: numbers, `[x, y]` pairs, or several named series of either. */
export const chartSeries = z
  .union([values, pairs, z.array(z.strictObject({ name: text, data })).max(MAX_SERIES)], {
    error: `takes numbers (null for a gap), [x, y] pairs, or up to ${MAX_SERIES} of { name, data }; at most ${MAX_POINTS} points`,
  })
  .meta({ description: 'Numbers (null for a gap), [x, y] pairs, or several series as { name, data }.' });

/** Names of the points, or of a pie's slices. */
export const chartLabels = z
  .array(z.union([text, z.number()], { error: `takes texts of up to ${MAX_TEXT_LENGTH} characters, or numbers` }))
  .max(MAX_POINTS);

/** How a chart looks; sizes in pixels. */
export const chartLook = {
  kind: z.enum(CHART_KINDS),
  title: text.optional(),
  width: z.int().min(100).max(4_000).default(800),
  height: z.int().min(100).max(4_000).default(400),
  format: z.enum(CHART_FORMATS).default('svg'),
};

/** All of a chart. */
export const chartSpec = z
  .strictObject({ ...chartLook, series: chartSeries, labels: chartLabels.optional() })
  .superRefine((spec, context) => {
    const message = faultOf(toSeries(spec.series), spec.kind, spec.labels);
    if (message !== undefined) context.addIssue(message);
  });
export type ChartSpec = z.output<typeof chartSpec>;

/** One series in its only form. */
export interface Series {
  /** Empty when the caller gave none. */
  readonly name: string;
  readonly data: readonly (number | null)[] | readonly (readonly [number, number])[];
}

/** The series of any accepted form as a list. */
export function toSeries(series: ChartSpec['series']): readonly Series[] {
  const isNamed = (list: ChartSpec['series']): list is Extract<typeof list, readonly { name: string }[]> =>
    list.some((item) => typeof item === 'object' && item !== null && !Array.isArray(item));
  return isNamed(series) ? series : [{ name: '', data: series }];
}

/** True for `[x, y]` pairs. */
export function isPairs(data: Series['data']): data is readonly (readonly [number, number])[] {
  return Array.isArray(data[0]);
}

/** Values that are drawn; gaps are none. */
export function countPoints(series: readonly Series[]): number {
  return series.reduce((sum, { data }) => sum + data.filter((item) => item !== null).length, 0);
}

function faultOf(series: readonly Series[], kind: ChartKind, labels: ChartSpec['labels']): string | undefined {
  const longest = series.reduce((most, { data }) => Math.max(most, data.length), 0);
  if (series.reduce((sum, { data }) => sum + data.length, 0) > MAX_POINTS)
    return `at most ${MAX_POINTS} points can be drawn`;
  if (kind !== 'scatter' && series.some(({ data }) => isPairs(data)))
    return `[x, y] pairs are for scatter, not for ${kind}`;
  if (labels !== undefined && labels.length !== longest) {
    return `labels has ${labels.length} entries for ${longest} points: give one for each, or none`;
  }
  return kind === 'pie' ? pieFaultOf(series) : undefined;
}

function pieFaultOf(series: readonly Series[]): string | undefined {
  if (series.length > 1) return 'a pie shows one series';
  if (series.some(({ data }) => data.length > MAX_SLICES)) return `a pie has at most ${MAX_SLICES} slices`;
  const isNegative = series.some(({ data }) => data.some((item) => typeof item === 'number' && item < 0));
  return isNegative ? 'a pie cannot show negative numbers' : undefined;
}
