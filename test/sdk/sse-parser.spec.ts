import { createParser } from 'eventsource-parser';
import fc from 'fast-check';
import { type SseMessage, SseParser } from '../../sdk/typescript/src/sse-parser.js';

const LINE_ENDS = ['\n', '\r\n', '\r'];
const field = fc.constantFrom('data', 'event', 'id', 'retry', '', 'unknown', 'dat');
const text = fc.string({ unit: fc.constantFrom('a', ' ', ':', 'é', '漢', '🙂', '0', '\0', '\uFEFF') });
const line = fc.oneof(
  { weight: 5, arbitrary: fc.tuple(field, fc.constantFrom(':', ': ', ''), text).map((parts) => parts.join('')) },
  { weight: 2, arbitrary: fc.constant('') },
);
const stream = fc
  .array(fc.tuple(line, fc.constantFrom(...LINE_ENDS)), { maxLength: 30 })
  .map((lines) => lines.flat().join(''))
  // A lone CR at the very end may be half of a CRLF: nobody can tell.
  .map((whole) => whole.replace(/\r$/, '\n'));

function cut(whole: string, places: readonly number[]): string[] {
  const at = [0, ...places.map((place) => place % (whole.length + 1)), whole.length].sort((a, b) => a - b);
  return at.slice(1).map((end, index) => whole.slice(at[index], end));
}

function parse(chunks: readonly string[]): SseMessage[] {
  const parser = new SseParser();
  return chunks.flatMap((chunk) => parser.feed(chunk));
}

describe('SseParser', () => {
  it('says the same wherever the stream is cut', () => {
    fc.assert(
      fc.property(stream, fc.array(fc.nat()), (whole, places) => {
        expect(parse(cut(whole, places))).toEqual(parse([whole]));
      }),
    );
  });

  it('understands a stream as another parser does', () => {
    fc.assert(
      fc.property(stream, (whole) => {
        const other: { event: string; data: string }[] = [];
        const parser = createParser({
          onEvent: ({ event = 'message', data }) => other.push({ event: event || 'message', data }),
        });
        parser.feed(whole);
        expect(parse([whole]).map(({ event, data }) => ({ event, data }))).toEqual(other);
      }),
    );
  });

  it('keeps the last id and the wait that the server asks for, and passes over comments', () => {
    const parser = new SseParser();
    expect(
      parser.feed('\uFEFFretry: 2000\n\n: beat\n\nid: 7\ndata: a\n\ndata: b\ndata: c\n\ndata: unfinished\n'),
    ).toEqual([
      { event: 'message', data: 'a', id: '7' },
      { event: 'message', data: 'b\nc', id: '7' },
    ]);
    expect(parser.retryMs).toBe(2_000);
  });
});
