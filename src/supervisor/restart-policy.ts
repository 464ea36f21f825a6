/** A worker that lived for so long, in milliseconds, has done well: what it died of counts as the first time. */
const WELL_MS = 60_000;
/** Deaths in a row, each before that, after which a further start would be in vain. */
const MOST_EARLY_DEATHS = 5;
const FIRST_DELAY_MS = 250;
const MAX_DELAY_MS = 30_000;

export interface WorkerEnd {
  /** How long it lived, in milliseconds. */
  readonly livedMs: number;
  /** Ended without being told to, by a signal or with a code other than 0. */
  readonly isDeath: boolean;
  /** How often in a row it died early before this. */
  readonly earlyDeaths: number;
}

/** What to do about a worker that has ended. */
export type RestartVerdict =
  | { readonly kind: 'restart'; readonly delayMs: number; readonly earlyDeaths: number }
  | { readonly kind: 'give-up'; readonly earlyDeaths: number };

/** Each early death doubles the wait before the next start; the last one of a row ends everything. */
export function verdictOn({ livedMs, isDeath, earlyDeaths: before }: WorkerEnd): RestartVerdict {
  if (!isDeath) return { kind: 'restart', delayMs: 0, earlyDeaths: 0 };
  const earlyDeaths = livedMs >= WELL_MS ? 1 : before + 1;
  if (earlyDeaths >= MOST_EARLY_DEATHS) return { kind: 'give-up', earlyDeaths };
  return { kind: 'restart', delayMs: Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** (earlyDeaths - 1)), earlyDeaths };
}
