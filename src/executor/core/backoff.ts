import type { Jitter } from './graph-definition.js';

/** How waits grow from attempt to attempt, and where in that a run is. */
export interface BackoffPlace {
  /** Number of the attempt that failed, counted from 1. */
  readonly attempt: number;
  readonly baseSec: number;
  readonly factor: number;
  readonly maxDelaySec: number;
  readonly jitter: Jitter;
}

export interface BackoffInput extends BackoffPlace {
  /** Uniform in [0, 1). */
  readonly random: number;
  /** The wait that the server asked for; absent when it asked for none. */
  readonly retryAfterMs?: number;
  /** The longest wait that a server may ask for. */
  readonly retryAfterMaxMs: number;
}

/** The wait before the next attempt in whole milliseconds, or that the server asks for a longer one than is allowed. */
export type RetryWait =
  { readonly kind: 'wait'; readonly waitMs: number } | { readonly kind: 'rate_limited'; readonly retryAfterMs: number };

/**
 * The wait between a failed attempt and the next. What the server asked for counts, without jitter, when it is longer
 * than the backoff.
 */
export function retryWait(input: BackoffInput): RetryWait {
  const waitMs = backoffMs(input);
  const retryAfterMs = Math.ceil(input.retryAfterMs ?? 0);
  if (!(retryAfterMs > waitMs)) return { kind: 'wait', waitMs };
  if (retryAfterMs > input.retryAfterMaxMs) return { kind: 'rate_limited', retryAfterMs };
  return { kind: 'wait', waitMs: retryAfterMs };
}

function backoffMs(input: BackoffInput): number {
  const { shortest, longest } = backoffRange(input);
  return shortest + Math.floor(input.random * (longest - shortest + 1));
}

/** Between which whole milliseconds jitter chooses, both included. */
export function backoffRange({ attempt, baseSec, factor, maxDelaySec, jitter }: BackoffPlace): {
  readonly shortest: number;
  readonly longest: number;
} {
  // A power that overflows is Infinity, which the maximum catches; only 0 × Infinity would not be a number.
  const delaySec = baseSec === 0 ? 0 : Math.min(maxDelaySec, baseSec * factor ** (attempt - 1));
  const longest = Math.round(delaySec * 1_000);
  return { shortest: SHORTEST[jitter](longest), longest };
}

const SHORTEST: Readonly<Record<Jitter, (longest: number) => number>> = {
  equal: (longest) => Math.ceil(longest / 2),
  full: () => 0,
  none: (longest) => longest,
};
