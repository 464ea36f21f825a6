import { RetryWaits } from './retry-waits.js';

describe('RetryWaits', () => {
  it('doubles up to a bound, then gives up', () => {
    const waits = new RetryWaits(1_000);
    const given = Array.from({ length: 11 }, () => waits.next());
    expect(given).toEqual([1_000, 2_000, 4_000, 8_000, ...Array.from({ length: 6 }, () => 15_000), undefined]);
  });

  it('begins again after a success, with the wait that the server asks for', () => {
    const waits = new RetryWaits(1_000);
    waits.next();
    waits.reset();
    waits.setBase(50);
    expect(waits.next()).toBe(50);
  });
});
