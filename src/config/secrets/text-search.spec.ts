import fc from 'fast-check';
import { TextSearch } from './text-search.js';

describe('TextSearch', () => {
  const character = fc.constantFrom(...'abA.$é\u0161\u6161');
  const wanted = fc.uniqueArray(fc.string({ unit: character, minLength: 2, maxLength: 6 }), {
    minLength: 1,
    maxLength: 8,
  });
  const text = fc.string({ unit: character, maxLength: 40 });

  it('finds what is there and nothing else', () => {
    fc.assert(
      fc.property(wanted, text, (list, whole) => {
        const search = new TextSearch(new Set(list));
        expect(search.isIn(whole)).toBe(list.some((one) => whole.includes(one)));
      }),
      { numRuns: 2_000 },
    );
  });

  it('replaces the longest of those that begin at one place, from the left', () => {
    const search = new TextSearch(new Set(['abc', 'abcde', 'cde', '$&']));
    expect(search.replace('abcde abcd cde $& x', '$&')).toBe('$& $&d $& $& x');
    expect(search.replace('nothing', '-')).toBe('nothing');
  });

  it('takes texts longer than a shift can tell', () => {
    const long = 'x'.repeat(300);
    expect(new TextSearch(new Set([long])).isIn(`y${long}`)).toBe(true);
    expect(new TextSearch(new Set([long])).isIn('x'.repeat(299))).toBe(false);
  });
});
