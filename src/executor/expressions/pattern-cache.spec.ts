import { ExpressionLimitError, ExpressionSyntaxError } from '../core/index.js';
import { PatternCache } from './pattern-cache.js';

describe('PatternCache', () => {
  it('searches anywhere in the text', () => {
    expect(new PatternCache().get('b+').test('abbc')).toBe(true);
  });

  it('compiles a pattern once and forgets the one used longest ago', () => {
    const cache = new PatternCache(4);
    const [a, b] = [cache.get('a'), cache.get('b')];
    expect(cache.get('a')).toBe(a);
    cache.get('c');
    expect(cache.get('a')).toBe(a);
    expect(cache.get('b')).not.toBe(b);
  });

  it.each(['(', '(?<=a)b', '\\1', 'a{1001}', '((a{100}){100}){100}'])('refuses %s', (source) => {
    expect(() => new PatternCache().get(source)).toThrow(ExpressionSyntaxError);
  });

  it('keeps few large patterns', () => {
    const cache = new PatternCache();
    const sources = Array.from('abcdefghijkl', (letter) => `${letter}{990}`.repeat(9));
    const [first, ...others] = sources.map((source) => cache.get(source));
    expect(cache.get(sources.at(-1) ?? '')).toBe(others.at(-1));
    expect(cache.get(sources[0] ?? '')).not.toBe(first);
  });

  it('compiles nothing that would be too large', () => {
    const startedAt = performance.now();
    const source = `(?:${'a'.repeat(900)}){1000}`;
    for (let count = 0; count < 50; count++) {
      expect(() => new PatternCache().get(source)).toThrow('too large once its repetitions are written out');
    }
    // Compiling it once takes a second.
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });

  it('refuses a text that would take too long', () => {
    const pattern = new PatternCache().get('[ab]{900}');
    expect(() => pattern.test('a'.repeat(1_000_000))).toThrow(ExpressionLimitError);
  });
});
