import { generateKey, isGeneratedKey, shownPrefix } from './api-key-text.js';

describe('a generated key', () => {
  it('is a mark and 43 letters and digits, another one each time', () => {
    const keys = Array.from({ length: 1_000 }, generateKey);
    expect(keys.filter((key) => !/^wand_[0-9A-Za-z]{43}$/.test(key))).toEqual([]);
    expect(new Set(keys).size).toBe(1_000);
  });

  it('uses the whole alphabet', () => {
    const characters = new Set(Array.from({ length: 200 }, () => generateKey().slice(5)).join(''));
    expect(characters.size).toBe(62);
  });

  it('shows its first characters alone', () => {
    const key = generateKey();
    expect(key.startsWith(shownPrefix(key))).toBe(true);
    expect(shownPrefix(key)).toHaveLength(13);
  });

  it('is recognised, and nothing else is', () => {
    const key = generateKey();
    expect(isGeneratedKey(key)).toBe(true);
    for (const other of [key.slice(0, -1), `${key}0`, key.slice(5), ` ${key}`, key.replace('wand_', 'Wand_'), '']) {
      expect(isGeneratedKey(other)).toBe(false);
    }
  });
});
