/** The values of an answer of `/metrics`, by series as it stands there: `wand_ready`, `wand_streams_open{kind="run"}`. */
export class MetricValues {
  private readonly values: ReadonlyMap<string, number>;

  constructor(readonly text: string) {
    const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    this.values = new Map(
      lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
    );
  }

  get series(): readonly string[] {
    return [...this.values.keys()];
  }

  /** Undefined if there is no such series. */
  of(series: string): number | undefined {
    return this.values.get(series);
  }

  /** Series of one metric, with what stands between its braces. */
  labelsOf(metric: string): Readonly<Record<string, number>> {
    const start = `${metric}{`;
    const own = [...this.values].filter(([series]) => series.startsWith(start));
    return Object.fromEntries(own.map(([series, value]) => [series.slice(start.length, -1), value]));
  }
}
