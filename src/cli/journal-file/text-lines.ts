import { TextDecoder } from 'node:util';

/** One line of a text. */
export interface TextLine {
  /** From 1. */
  readonly number: number;
  readonly text: string;
  /** False for a last line that no line feed ends: more of it may be missing. */
  readonly isWhole: boolean;
}

/**
 * The lines of a text in UTF-8 that comes in pieces; they end with a line feed and nothing else, as a string in JSON may
 * hold other separators. A byte order mark is dropped.
 *
 * @throws {TypeError} if it is not UTF-8.
 */
export async function* textLines(pieces: AsyncIterable<Uint8Array | string>): AsyncGenerator<TextLine> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let number = 0;
  let rest: string[] = [];
  for await (const piece of pieces) {
    const [first = '', ...others] = decode(decoder, piece).split('\n');
    rest.push(first);
    for (const other of others) {
      yield { number: ++number, text: rest.join(''), isWhole: true };
      rest = [other];
    }
  }
  // Half a character at the end is part of what is missing.
  const text = rest.join('');
  if (text !== '') yield { number: number + 1, text, isWhole: false };
}

function decode(decoder: TextDecoder, piece: Uint8Array | string): string {
  return typeof piece === 'string' ? piece : decoder.decode(piece, { stream: true });
}
