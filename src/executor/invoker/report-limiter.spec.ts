import { ReportLimiter } from './report-limiter.js';

describe('ReportLimiter', () => {
  it('lets a burst of 50 through, then 20 a second, and counts what it drops', () => {
    let now = 0;
    const limiter = new ReportLimiter(() => now);
    const passed = (tries: number): number =>
      Array.from({ length: tries }, () => limiter.allows()).filter(Boolean).length;
    expect(passed(60)).toBe(50);
    expect(limiter.dropped).toBe(10);
    now = 1_000;
    expect(passed(60)).toBe(20);
    expect(limiter.dropped).toBe(50);
  });
});
