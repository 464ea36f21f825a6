import { clip } from './clip.js';
import { durationText } from './duration-text.js';
import { parseDuration } from './parse-duration.js';
import { printable, printableLine } from './printable.js';

describe('printable', () => {
  it('disarms terminal escapes and reordering, and keeps tabs and lines', () => {
    expect(printable('a\u001b[2Jb\u009bc\u202ed\te\nf')).toBe('a\\u001b[2Jb\\u009bc\\u202ed\te\nf');
  });

  it('brings text onto one line', () => {
    expect(printableLine('a \n  b\r\nc')).toBe('a b c');
  });
});

describe('clip', () => {
  it('cuts long strings and lists and says by how much', () => {
    const clipped = clip({ short: 'x', long: 'y'.repeat(1_000), list: Array.from({ length: 60 }, () => 1) });
    expect(clipped).toMatchObject({ short: 'x', long: `${'y'.repeat(400)}… (600 more characters)` });
    expect((clipped as { list: unknown[] }).list.at(-1)).toBe('… 10 more');
  });

  it('never cuts a character in half', () => {
    expect(clip(`${'x'.repeat(399)}😀${'x'.repeat(10)}`)).toBe(`${'x'.repeat(399)}… (12 more characters)`);
  });
});

describe('durationText', () => {
  it.each([
    [12.4, '12 ms'],
    [-1, '0 ms'],
    [1_000, '1 s'],
    [3_449, '3.4 s'],
    [59_990, '1 min 0 s'],
    [125_000, '2 min 5 s'],
  ])('writes %d ms as %s', (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });
});

describe('parseDuration', () => {
  it.each([
    ['30s', 30],
    ['15m', 900],
    ['12h', 43_200],
    ['90d', 7_776_000],
  ])('reads %s', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });

  it.each(['', '90', 'd', '1.5h', '-1d', '1w', ' 1d', '9999999999d'])('does not read %j', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});
