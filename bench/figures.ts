/** What a workload came to. A figure that could not be taken is left out. */
export interface Figures {
  /** `W1` to `W8`, or `limit` for what the machine can do. */
  readonly id: string;
  readonly workload: string;
  readonly throughput?: { readonly value: number; readonly unit: string };
  readonly p50Ms?: number;
  readonly p99Ms?: number;
  /** Of the service, per 1,000 runs or requests. */
  readonly cpuSecPer1000?: number;
  /** Of the service's process. */
  readonly peakMemoryMb?: number;
  readonly databaseBytesPerRun?: number;
  /** Throughput as a fraction of one of the machine's limits, measured in the same run. */
  readonly ofLimit?: { readonly limit: LimitName; readonly fraction: number };
  readonly goal?: { readonly text: string; readonly isMet: boolean };
  readonly note?: string;
}

/** What the machine can do, per second. */
export interface Limits {
  /** POST requests that a Nest application answers which does nothing else. */
  readonly posts: number;
  /** Commits at synchronous=FULL, one after another, of a row each. */
  readonly commits: number;
  /** Rows in commits of 100 at synchronous=FULL. */
  readonly rows: number;
}

export type LimitName = keyof Limits;

/** The fraction of a limit that `value` is. */
export function ofLimit(limits: Limits, limit: LimitName, value: number): Figures['ofLimit'] {
  return { limit, fraction: value / limits[limit] };
}

/** The value that a share of the samples does not exceed; `samples` need not be sorted. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** As `console.table` shows it. */
export function toRow(figures: Figures): Record<string, string | number> {
  const { throughput, ofLimit: part, goal } = figures;
  const rounded = (value: number | undefined, digits: number): string => value?.toFixed(digits) ?? '';
  return {
    id: figures.id,
    workload: figures.workload,
    throughput:
      throughput === undefined ? '' : `${Math.round(throughput.value).toLocaleString('en')} ${throughput.unit}`,
    'p50 ms': rounded(figures.p50Ms, 2),
    'p99 ms': rounded(figures.p99Ms, 2),
    'cpu s / 1,000': rounded(figures.cpuSecPer1000, 2),
    'peak MB': rounded(figures.peakMemoryMb, 0),
    'B / run': rounded(figures.databaseBytesPerRun, 0),
    'of limit': part === undefined ? '' : `${(part.fraction * 100).toFixed(0)} % of ${part.limit}`,
    goal: goal === undefined ? '' : `${goal.isMet ? 'met' : 'MISSED'}: ${goal.text}`,
    note: figures.note ?? '',
  };
}
