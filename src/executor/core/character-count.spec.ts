import { hasAtMostCharacters } from './character-count.js';

describe('hasAtMostCharacters', () => {
  it.each([
    ['', 0, true],
    ['abc', 3, true],
    ['abcd', 3, false],
    ['🙂🙂🙂', 3, true],
    ['🙂🙂🙂🙂', 3, false],
    ['🙂🙂abc', 4, false],
    ['x'.repeat(100), 3, false],
    // Half of a pair is a character of its own.
    ['\uD83D\uD83D', 1, false],
  ])('counts the characters of %j: at most %i is %s', (text, max, expected) => {
    expect(hasAtMostCharacters(text, max)).toBe(expected);
  });
});
