import fc from 'fast-check';
import { type BackoffInput, retryWait } from './backoff.js';

const input = (over: Partial<BackoffInput> = {}): BackoffInput => ({
  attempt: 1,
  baseSec: 1,
  factor: 2,
  maxDelaySec: 60,
  jitter: 'none',
  random: 0.5,
  retryAfterMaxMs: 900_000,
  ...over,
});
const waitMs = (over: Partial<BackoffInput>) => retryWait(input(over));

describe('retryWait', () => {
  it('multiplies the base by the factor with each attempt', () => {
    expect([1, 2, 3, 4].map((attempt) => waitMs({ attempt }))).toEqual([
      { kind: 'wait', waitMs: 1_000 },
      { kind: 'wait', waitMs: 2_000 },
      { kind: 'wait', waitMs: 4_000 },
      { kind: 'wait', waitMs: 8_000 },
    ]);
  });

  it('never waits longer than the maximum, even where the power overflows', () => {
    expect(waitMs({ attempt: 7 })).toEqual({ kind: 'wait', waitMs: 60_000 });
    expect(waitMs({ attempt: 1_000_000 })).toEqual({ kind: 'wait', waitMs: 60_000 });
  });

  it('does not wait on a base of zero', () => {
    expect(waitMs({ baseSec: 0, attempt: 1_000_000 })).toEqual({ kind: 'wait', waitMs: 0 });
  });

  it.each([
    ['equal', 500, 1_000],
    ['full', 0, 1_000],
    ['none', 1_000, 1_000],
  ] as const)('spreads evenly with %s jitter', (jitter, shortest, longest) => {
    expect(waitMs({ jitter, random: 0 })).toEqual({ kind: 'wait', waitMs: shortest });
    expect(waitMs({ jitter, random: 1 - Number.EPSILON })).toEqual({ kind: 'wait', waitMs: longest });
  });

  it('gives whole milliseconds between half the delay and the delay with equal jitter', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 101 }),
        fc.double({ min: 0, max: 1_000, noNaN: true }),
        fc.double({ min: 0, max: 10, noNaN: true }),
        fc.double({ min: 0, max: 0.999999, noNaN: true }),
        (attempt, baseSec, factor, random) => {
          const wait = waitMs({ attempt, baseSec, factor, random, jitter: 'equal' });
          const longest = waitMs({ attempt, baseSec, factor, random, jitter: 'none' });
          if (wait.kind !== 'wait' || longest.kind !== 'wait') throw new Error('no server asked for a wait');
          expect(Number.isSafeInteger(wait.waitMs)).toBe(true);
          expect(wait.waitMs).toBeLessThanOrEqual(longest.waitMs);
          expect(wait.waitMs).toBeGreaterThanOrEqual(longest.waitMs / 2);
        },
      ),
    );
  });

  it('waits as long as the server asks when that is longer, without jitter', () => {
    expect(waitMs({ retryAfterMs: 5_000.2, jitter: 'full' })).toEqual({ kind: 'wait', waitMs: 5_001 });
  });

  it('keeps to the backoff when the server asks for less', () => {
    expect(waitMs({ retryAfterMs: 10 })).toEqual({ kind: 'wait', waitMs: 1_000 });
    expect(waitMs({ retryAfterMs: -10 })).toEqual({ kind: 'wait', waitMs: 1_000 });
  });

  it('gives up as rate limited when the server asks for more than is allowed', () => {
    expect(waitMs({ retryAfterMs: 900_000 })).toEqual({ kind: 'wait', waitMs: 900_000 });
    expect(waitMs({ retryAfterMs: 900_001 })).toEqual({ kind: 'rate_limited', retryAfterMs: 900_001 });
  });

  it('does not give up when the backoff itself is longer than what the server asks', () => {
    expect(waitMs({ baseSec: 2_000, maxDelaySec: 2_000, retryAfterMs: 1_000_000 })).toEqual({
      kind: 'wait',
      waitMs: 2_000_000,
    });
  });
});
