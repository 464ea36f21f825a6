import fc from 'fast-check';
import { RE2JS } from 're2js';
import { patternSize } from './pattern-size.js';

/** What the program has whatever the pattern: where it begins, and where it fails. */
const FRAME = 4;

function programSize(source: string): number | undefined {
  try {
    return RE2JS.compile(source).programSize();
  } catch {
    return undefined;
  }
}

const pieces = fc.constantFrom(
  ...[
    'a',
    'b',
    '.',
    '^',
    '$',
    '|',
    '(',
    ')',
    '(?:',
    '(?i)',
    '(?P<n>',
    '*',
    '+',
    '?',
    '*?',
    '{2}',
    '{0,9}',
    '{3,}',
    '{7',
  ],
  ...['{,2}', '{0}', '}', '[a-z]', '[^]a]', '[[:alpha:]\\]]', '[', ']', '\\d', '\\pL', '\\p{Greek}', '\\PL', '\\x{61}'],
  ...['\\x41', '\\Q({9}[\\E', '\\Q', '\\E', '\\', '\\b', 'é', '😀', '(a{9}){9}', '(?:x|yz){1,20}'],
);

describe('patternSize', () => {
  it.each([
    ['abc', 3],
    ['a{1000}', 1_001],
    ['(?:a{99}){99}', 9_000],
    ['(?:a{1,500}){2}', 1_000],
    [`(?:${'a'.repeat(900)}){1000}`, 900_000],
    ['(a|b|c){1,1000}', 5_000],
    ['((((x{9}){9}){9}){9}', 6_561],
    ['(?:a{99})(?i){99}', 9_000],
    ['(?:a{99})(?s-i)(?m){99}', 9_000],
  ])('of %.20s is at least that of its program', (source, least) => {
    expect(patternSize(source)).toBeGreaterThanOrEqual(least);
    expect(patternSize(source)).toBeLessThan(least * 3);
  });

  it.each([
    '\\x{1000}',
    '\\Qa{1000}\\E',
    '[a{1000}]',
    '[]{1000}]',
    '[[:word:]{1000}]',
    '[\\]{1000}]',
    'a{1000',
    'a\\{1000}',
  ])('of %s repeats nothing', (source) => {
    expect(patternSize(source)).toBeLessThan(50);
  });

  it('of patterns in use is small', () => {
    expect(patternSize('^[a-z0-9._%+-]{1,64}@[a-z0-9.-]{1,255}\\.[a-z]{2,63}$')).toBeLessThan(1_000);
    expect(patternSize('^(?:\\d{1,3}\\.){3}\\d{1,3}$')).toBeLessThan(100);
  });

  it('is never less than the size of the program', () => {
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
        const source = parts.join('');
        expect(patternSize(source) + FRAME).toBeGreaterThanOrEqual(programSize(source) ?? 0);
      }),
      { numRuns: 3_000 },
    );
  });
});
