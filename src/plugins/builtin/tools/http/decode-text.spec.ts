import iconv from 'iconv-lite';
import { decodeText, isJsonType } from './decode-text.js';

const bytes = (...list: number[]): Buffer => Buffer.from(list);

describe('decodeText', () => {
  it.each([
    ['UTF-8 when nothing is said', Buffer.from('é✓'), null, 'é✓'],
    ['the named charset', iconv.encode('привет', 'koi8-r'), 'text/html; charset=KOI8-R', 'привет'],
    ['a quoted charset', iconv.encode('日本', 'shift_jis'), 'text/html;charset="Shift_JIS"', '日本'],
    ['Latin-1 as Windows-1252', bytes(0x80, 0xe9), 'text/plain; charset=iso-8859-1', '€é'],
    ['UTF-8 for an unknown charset', Buffer.from('é'), 'text/plain; charset=klingon', 'é'],
    ['the byte order mark before the charset', bytes(0xef, 0xbb, 0xbf, 0xc3, 0xa9), 'text/plain; charset=latin1', 'é'],
    ['UTF-16 by its mark', bytes(0xff, 0xfe, 0xe9, 0x00), null, 'é'],
    ['big-endian UTF-16 by its mark', bytes(0xfe, 0xff, 0x00, 0xe9), null, 'é'],
    ['invalid bytes as U+FFFD', bytes(0x61, 0xff), null, 'a\ufffd'],
    ['U+0000 as U+FFFD', bytes(0x61, 0x00), null, 'a\ufffd'],
    ['half a surrogate pair as U+FFFD', bytes(0x00, 0xd8), 'text/plain; charset=utf-16le', '\ufffd'],
  ])('takes %s', (_, body, type, text) => {
    expect(decodeText(body, type)).toBe(text);
  });
});

describe('isJsonType', () => {
  it.each([
    ['application/json', true],
    ['Application/JSON; charset=utf-8', true],
    ['application/vnd.api+json', true],
    ['text/json', true],
    ['application/json-seq', false],
    ['text/html', false],
    [null, false],
  ])('of %s is %s', (type, expected) => {
    expect(isJsonType(type)).toBe(expected);
  });
});
