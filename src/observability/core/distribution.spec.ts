import fc from 'fast-check';
import { DURATION_BOUNDS, Distribution } from './distribution.js';

describe('Distribution', () => {
  it('counts a value in the first class whose bound it does not pass', () => {
    const distribution = new Distribution([1, 2, 5]);
    for (const value of [0, 1, 1.01, 2, 5, 5.01, 1_000]) distribution.observe(value);
    expect(distribution.cumulative()).toEqual([2, 4, 5]);
    expect(distribution.count).toBe(7);
  });

  it('takes what a clock that was set back makes, and what is no number, for nothing', () => {
    const distribution = new Distribution([1]);
    for (const value of [-5, Number.NaN]) distribution.observe(value);
    expect(distribution.cumulative()).toEqual([2]);
    expect(distribution.sum).toBe(0);
  });

  it('never loses a value, and its classes never fall', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 10_000, noNaN: true })), (values) => {
        const distribution = new Distribution(DURATION_BOUNDS);
        for (const value of values) distribution.observe(value);
        const classes = [...distribution.cumulative(), distribution.count];
        expect(classes).toEqual([...classes].sort((a, b) => a - b));
        expect(distribution.count).toBe(values.length);
        expect(distribution.cumulative()).toEqual(
          DURATION_BOUNDS.map((bound) => values.filter((value) => value <= bound).length),
        );
      }),
    );
  });
});
