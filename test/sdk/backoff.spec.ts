import { backoffMs, retryAfterMs } from '../../sdk/typescript/src/backoff.js';

describe('backoffMs', () => {
  const OPTIONS = { baseMs: 100, maxMs: 1_000 };

  it('doubles up to its bound, and half of it is random', () => {
    expect([1, 2, 3, 4, 5, 50].map((failures) => backoffMs(failures, OPTIONS, () => 1))).toEqual([
      100, 200, 400, 800, 1_000, 1_000,
    ]);
    expect(backoffMs(3, OPTIONS, () => 0)).toBe(200);
  });
});

describe('retryAfterMs', () => {
  const NOW = Date.UTC(2026, 10, 23, 10);
  it.each([
    ['3', 3_000],
    ['0', 0],
    ['Mon, 23 Nov 2026 10:00:05 GMT', 5_000],
    ['Mon, 23 Nov 2026 09:00:00 GMT', 0],
    ['soon', undefined],
    ['', undefined],
  ])('reads %j', (text, expected) => {
    expect(retryAfterMs(new Headers({ 'Retry-After': text }), NOW)).toBe(expected);
  });

  it('knows nothing without the header', () => {
    expect(retryAfterMs(new Headers(), NOW)).toBeUndefined();
  });
});
