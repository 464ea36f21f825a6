/** What is counted of a text. */
export interface TextStatistics {
  /** As a reader sees them: a letter with its accents, or an emoji of several code points, is one. */
  readonly characters: number;
  readonly words: number;
  /** Words that differ in more than upper and lower case. */
  readonly uniqueWords: number;
  readonly sentences: number;
  /** A line break at the very end begins no further line. */
  readonly lines: number;
  /** In characters, rounded to two decimals; 0 without words. */
  readonly meanWordLength: number;
  readonly topTerms: readonly Term[];
}

export interface Term {
  /** In lower case. */
  readonly term: string;
  readonly count: number;
}

const MAX_TERMS = 10;
/** Longer "words" are data, such as keys or encoded files. */
const MAX_TERM_LENGTH = 100;
/** Steps between two yields: a fraction of a millisecond. */
const STEPS = 2_000;

// A fixed locale: the same text gives the same numbers on every machine.
const LOCALE = 'en';
const graphemesOf = new Intl.Segmenter(LOCALE, { granularity: 'grapheme' });
const wordsOf = new Intl.Segmenter(LOCALE, { granularity: 'word' });
const sentencesOf = new Intl.Segmenter(LOCALE, { granularity: 'sentence' });

/**
 * Counts a text by the rules of Unicode (UAX #29), in time linear in its length. Yields every now and then, so that the
 * caller can let others run.
 *
 * Top terms are the most frequent words, alphabetical where they are equally frequent. Numbers count as words but are no
 * terms: a term has a letter.
 */
export function* measureText(text: string): Generator<undefined, TextStatistics> {
  const counts = new Map<string, number>();
  const graphemes = graphemesOf.segment(text)[Symbol.iterator]();
  let grapheme = graphemes.next();
  let characters = 0;
  let words = 0;
  let wordCharacters = 0;
  let steps = 0;
  for (const { segment, index, isWordLike } of wordsOf.segment(text)) {
    const before = characters;
    for (; grapheme.done !== true && grapheme.value.index < index + segment.length; grapheme = graphemes.next()) {
      characters += 1;
      if (++steps % STEPS === 0) yield;
    }
    if (isWordLike !== true) continue;
    words += 1;
    wordCharacters += characters - before;
    const folded = segment.normalize('NFC').toLowerCase();
    counts.set(folded, (counts.get(folded) ?? 0) + 1);
  }
  let sentences = 0;
  for (const { segment } of sentencesOf.segment(text)) {
    if (/[\p{L}\p{N}]/u.test(segment)) sentences += 1;
    if (++steps % STEPS === 0) yield;
  }
  return {
    characters,
    words,
    uniqueWords: counts.size,
    sentences,
    lines: countLines(text),
    meanWordLength: words === 0 ? 0 : Math.round((wordCharacters / words) * 100) / 100,
    topTerms: topTerms(counts),
  };
}

function countLines(text: string): number {
  let lines = 0;
  let end = 0;
  for (const { 0: lineBreak, index } of text.matchAll(/\r\n|\r|\n/g)) {
    lines += 1;
    end = index + lineBreak.length;
  }
  return end < text.length ? lines + 1 : lines;
}

function topTerms(counts: ReadonlyMap<string, number>): Term[] {
  return [...counts]
    .filter(([term]) => term.length <= MAX_TERM_LENGTH && /\p{L}/u.test(term))
    .sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1))
    .slice(0, MAX_TERMS)
    .map(([term, count]) => ({ term, count }));
}
