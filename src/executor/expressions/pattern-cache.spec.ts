import { ExpressionLimitError, ExpressionSyntaxError } from '../core/index.js';
import { PatternCache } from './pattern-cache.js';

describe('PatternCache', () => {
  it('searches anywhere in the text', () => {
    expect(new PatternCache().get('b+').test('abbc')).toBe(true);
  });

  it('compiles a pattern once and forgets the one used longest ago', () => {
    const cache = new PatternCache(2);
    const [a, b] = [cache.get('a'), cache.get('b')];
    expect(cache.get('a')).toBe(a);
    cache.get('c');
    expect(cache.get('a')).toBe(a);
    expect(cache.get('b')).not.toBe(b);
  });

  it.each(['(', '(?<=a)b', '\\1', 'a{1001}', '((a{100}){100}){100}'])('refuses %s', (source) => {
    expect(() => new PatternCache().get(source)).toThrow(ExpressionSyntaxError);
  });

  it('refuses a text that would take too long', () => {
    const pattern = new PatternCache().get('[ab]{900}');
    expect(() => pattern.test('a'.repeat(1_000_000))).toThrow(ExpressionLimitError);
  });
});
