import { nestsDeeper } from './json-depth.js';

describe('nestsDeeper', () => {
  it.each([
    ['{"a":[{}]}', 3],
    ['[[],[[]],{}]', 3],
    ['1', 0],
    ['"[[{{"', 0],
    [String.raw`"\"[["`, 0],
    [String.raw`["\\",[]]`, 2],
    [String.raw`["\\\"[[",{"]":"{"}]`, 2],
    ['""', 0],
  ])('counts the levels of %s as %i', (text, levels) => {
    expect(nestsDeeper(text, levels)).toBe(false);
    if (levels > 0) expect(nestsDeeper(text, levels - 1)).toBe(true);
  });

  it('reads texts of many megabytes, whatever is escaped in them', () => {
    const quotes = JSON.stringify({ text: '"\\'.repeat(2_000_000) });
    const plain = JSON.stringify({ text: 'x'.repeat(16_000_000) });
    for (const text of [quotes, plain]) {
      expect(nestsDeeper(text, 1)).toBe(false);
      expect(nestsDeeper(text, 0)).toBe(true);
    }
  });
});
