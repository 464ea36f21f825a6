import { type TextStatistics, measureText } from './text-statistics.js';

function measure(text: string): TextStatistics {
  const measuring = measureText(text);
  for (;;) {
    const step = measuring.next();
    if (step.done === true) return step.value;
  }
}

describe('measureText', () => {
  it('counts characters, words, sentences and lines', () => {
    expect(measure('The cat sat. The CAT ran!\nIt’s 3.5 km.\n')).toEqual({
      characters: 39,
      words: 9,
      uniqueWords: 7,
      sentences: 3,
      lines: 2,
      meanWordLength: 3,
      topTerms: [
        { term: 'cat', count: 2 },
        { term: 'the', count: 2 },
        { term: 'it’s', count: 1 },
        { term: 'km', count: 1 },
        { term: 'ran', count: 1 },
        { term: 'sat', count: 1 },
      ],
    });
  });

  it('finds nothing in an empty or blank text', () => {
    const nothing = { words: 0, uniqueWords: 0, sentences: 0, meanWordLength: 0, topTerms: [] };
    expect(measure('')).toEqual({ ...nothing, characters: 0, lines: 0 });
    expect(measure(' \n ... ')).toEqual({ ...nothing, characters: 7, lines: 2 });
  });

  it.each([
    ['👨‍👩‍👧e\u0301', 2, 1],
    ['a\r\nb', 3, 2],
    ['日本語 日本語', 7, 2],
    ['สวัสดีครับ', 7, 2],
  ])('knows what a reader takes for characters and words: %j', (text, characters, words) => {
    expect(measure(text)).toMatchObject({ characters, words });
  });

  it.each([
    ['a', 1],
    ['a\n', 1],
    ['a\nb', 2],
    ['a\r\nb\r', 2],
    ['\n\n', 2],
  ])('counts the lines of %j as %s', (text, lines) => {
    expect(measure(text).lines).toBe(lines);
  });

  it('takes composed and decomposed, upper and lower case for one word', () => {
    expect(measure('Café CAFE\u0301 café')).toMatchObject({
      words: 3,
      uniqueWords: 1,
      topTerms: [{ term: 'café', count: 3 }],
    });
  });

  it('gives at most ten terms, without numbers and without what is no word', () => {
    const { topTerms } = measure(
      `${'2024 '.repeat(5)} ${'x'.repeat(101)} __proto__ constructor ${[...'lkjihgfedcba'].join(' ')}`,
    );
    expect(topTerms.map(({ term }) => term)).toEqual(['__proto__', 'a', 'b', 'c', 'constructor', ...'defgh']);
  });

  it('gives way many times while it measures a megabyte of any text', () => {
    const texts = ['The quick brown fox. ', 'a', '.', '我们今天去北京', 'e\u0301', 'สวัสดี', '\n'];
    for (const text of texts) {
      const measuring = measureText(text.repeat(1_048_576 / text.length));
      let turns = 0;
      while (measuring.next().done !== true) turns += 1;
      expect(turns).toBeGreaterThan(10);
    }
  });
});
