import fc from 'fast-check';
import type { Json } from './json.js';
import { beginningOf, isStorable, storableJson, storableText, textFaultIn } from './storable-text.js';

/** Texts of all kinds: with backslashes before what looks like an escape, NUL and halves of pairs. */
const anyText = fc.string({
  unit: fc.constantFrom('a', '\\', 'u0000', 'ud800', '\0', '\ud83d', '\ude00', '😀', '"', '\ufffd', 'é'),
});
const anyValue = fc.letrec<{ readonly value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    anyText,
    fc.constantFrom(null, true, 1),
    fc.array(tie('value')),
    fc.dictionary(anyText, tie('value')),
  ),
})).value;

/** Worked out without the code under test. */
const textsIn = (value: unknown): string[] => {
  const texts: string[] = [];
  JSON.stringify(value, (key, entry: unknown) => {
    texts.push(key);
    if (typeof entry === 'string') texts.push(entry);
    return entry;
  });
  return texts;
};
const isRefused = (text: string): boolean => text.includes('\0') || Buffer.from(text).toString() !== text;

describe('storable text', () => {
  it('is what UTF-8 carries, without U+0000', () => {
    fc.assert(fc.property(anyText, (text) => isStorable(text) === !isRefused(text)));
  });

  it.each([
    ['a\0b', 'a\ufffdb'],
    ['\ud800', '\ufffd'],
    ['x\udc00y\0', 'x\ufffdy\ufffd'],
    ['😀 \\u0000', '😀 \\u0000'],
  ])('has U+FFFD in place of the rest: %j', (text, stored) => {
    expect(storableText(text)).toBe(stored);
    expect(storableJson([{ [text]: text }])).toEqual([{ [stored]: stored }]);
  });

  it('is cut between characters only', () => {
    expect(beginningOf('ab😀', 3)).toBe('ab');
    expect(beginningOf('ab😀', 4)).toBe('ab😀');
    expect(beginningOf('ab', 4)).toBe('ab');
  });
});

describe('a value whose texts are stored', () => {
  it('stays the same value when nothing is wrong with it', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        const cleaned = storableJson(value);
        if (textsIn(value).some(isRefused)) expect(textsIn(cleaned).some(isRefused)).toBe(false);
        else expect(cleaned).toEqual(value);
      }),
    );
  });

  it('has a fault exactly when one of its texts or keys has', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        const fault = textFaultIn(value, JSON.stringify(value));
        expect(fault !== undefined).toBe(textsIn(value).some(isRefused));
      }),
    );
  });

  it.each<[string, Json, unknown]>([
    ['itself', '\0', { path: [], holds: 'the character U+0000' }],
    ['a text', { a: [1, null, { b: '\ud800' }] }, { path: ['a', 2, 'b'], holds: 'half of a surrogate pair' }],
    ['a key', { a: { 'x\0': 1 } }, { path: ['a'], holds: 'a key with the character U+0000' }],
    ['none', { a: '\\u0000 \\\\ud800' }, undefined],
  ])('has its fault named by where it is: %s', (_name, value, fault) => {
    expect(textFaultIn(value, JSON.stringify(value))).toEqual(fault);
  });
});
