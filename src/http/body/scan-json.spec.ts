import fc from 'fast-check';
import { scanJson } from './scan-json.js';

const MAX_DEPTH = 64;
const scan = (text: string) => scanJson(text, MAX_DEPTH);

function isParsed(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe('scanJson', () => {
  it.each([
    '{}',
    '[]',
    ' { "a" : [ 1 , -0.5e+3 , true , false , null , "" ] } ',
    '"\\ud83d\\ude00 \\u00e9 \\" \\\\ \\/ \\b\\f\\n\\r\\t 😀"',
    '{"__proto__":1,"constructor":{"prototype":2},"":3}',
    '1e308',
    '1e-999',
    '0',
    '-0',
    '\t\r\n1',
  ])('accepts %j', (text) => {
    expect(scan(text)).toBeUndefined();
  });

  it.each([
    ['', 'expected a value, but the text ends, at line 1 column 1'],
    ['{"a":1,}', 'expected a key in double quotes, but found "}", at line 1 column 8'],
    ['{"a" 1}', 'expected ":", but found "1", at line 1 column 6'],
    ['[1\n 2]', 'expected "," or "]", but found "2", at line 2 column 2'],
    ['{"a":1 "b"', 'expected "," or "}", but found "\\"", at line 1 column 8'],
    ['[1] []', 'expected the end, but found "[", at line 1 column 5'],
    ['[01]', 'expected a number without leading zeros, but found "0", at line 1 column 2'],
    ['[1.]', 'expected a digit, but found "]", at line 1 column 4'],
    ['[-]', 'expected a digit, but found "]", at line 1 column 3'],
    ['[1e]', 'expected a digit, but found "]", at line 1 column 4'],
    ['["\\x"]', 'expected an escape of JSON, such as \\n or \\u00e9, but found "\\\\", at line 1 column 3'],
    [
      '["a',
      'expected a string without control characters, closed by a double quote, but the text ends, at line 1 column 4',
    ],
    ['[NaN]', 'expected a value, but found "N", at line 1 column 2'],
    ["['a']", 'expected a value, but found "\'", at line 1 column 2'],
  ])('says of %j what it expected and where', (text, message) => {
    expect(scan(text)).toMatchObject({ code: 'syntax', message });
  });

  it.each([
    ['{"a":1,"b":2,"a":3}', '/a'],
    ['{"x":[{},{"k":{},"k":1}]}', '/x/1/k'],
    ['{"a/b":1,"a\\/b":2}', '/a~1b'],
    ['{"é":1,"\\u00e9":2}', '/é'],
    ['{"a":0,"b":0,"c":0,"d":0,"e":0,"f":0,"g":0,"h":0,"i":0,"j":0,"c":0}', '/c'],
    ['{"a":0,"b":0,"c":0,"d":0,"e":0,"f":0,"g":0,"h":0,"i":0,"j":0,"j":0}', '/j'],
  ])('points at the key that %s has twice', (text, pointer) => {
    expect(scan(text)).toMatchObject({ code: 'duplicate-key', pointer });
  });

  it('takes the same key in different objects', () => {
    expect(scan('{"a":{"a":[{"a":1},{"a":2}]}}')).toBeUndefined();
  });

  it.each(['[1,{"n":1e309}]', `[1,{"n":${'9'.repeat(310)}}]`, '[1,{"n":-1E+400}]'])(
    'refuses a number that becomes infinite in %s',
    (text) => {
      expect(scan(text)).toMatchObject({ code: 'number-overflow', pointer: '/1/n' });
    },
  );

  it('refuses U+0000 in a string and in a key', () => {
    expect(scan('{"a":["\\u0000"]}')).toMatchObject({ code: 'nul-character', pointer: '/a/0' });
    expect(scan('{"x":{"a":1,"\\u0000":1}}')).toMatchObject({ code: 'nul-character', pointer: '/x' });
  });

  it.each(['"\\ud800"', '"\\udc00"', '"\\ud800x"', '"\\ud800\\ud800"', '"\\ud83d\\n"', '"\\ude00\\ud83d"'])(
    'refuses half a surrogate pair in %s',
    (text) => {
      expect(scan(text)).toMatchObject({ code: 'unpaired-surrogate' });
    },
  );

  it('counts objects and arrays as levels and refuses one too many', () => {
    const nested = (depth: number) => `${'[{"a":'.repeat(depth / 2)}1${'}]'.repeat(depth / 2)}`;
    expect(scan(nested(MAX_DEPTH))).toBeUndefined();
    expect(scan(nested(MAX_DEPTH + 2))).toMatchObject({ code: 'too-deep' });
  });

  it('leaves out a pointer that would be longer than anybody wants to read', () => {
    const key = 'k'.repeat(100_000);
    const fault = scan(`{"${key}":1,"${key}":2}`);
    expect(fault?.pointer).toBeUndefined();
    expect(fault?.message.length).toBeLessThan(300);
  });

  it('accepts what JSON.stringify writes, whatever the value and the layout', () => {
    const value = fc.jsonValue({ maxDepth: 6, stringUnit: 'binary' }).filter((json) => {
      const text = JSON.stringify(json);
      return !/\\u(?:0000|d[89a-f]..)/.test(text);
    });
    fc.assert(
      fc.property(value, fc.constantFrom(undefined, 1, '\t'), (json, indent) => {
        expect(scan(JSON.stringify(json, null, indent))).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });

  it('calls a text malformed exactly when JSON.parse does', () => {
    const mutated = fc
      .tuple(
        fc.json({ maxDepth: 4 }),
        fc.nat(),
        fc.nat(3),
        fc.string({ unit: fc.constantFrom(...'{}[],:"\\0-1.eEtnu \n'), maxLength: 3 }),
      )
      .map(([text, at, removed, inserted]) => {
        const cut = at % (text.length + 1);
        return text.slice(0, cut) + inserted + text.slice(cut + removed);
      });
    fc.assert(
      fc.property(mutated, (text) => {
        const fault = scan(text);
        if (!isParsed(text)) expect(fault).toBeDefined();
        else if (fault !== undefined) expect(fault.code).not.toBe('syntax');
      }),
      { numRuns: 5000 },
    );
  });

  describe('on five megabytes', () => {
    const SIZE = 5 * 1024 * 1024;
    it.each([
      ['arrays only opened', '['.repeat(SIZE), 'too-deep'],
      ['objects nested', '{"a":'.repeat(SIZE / 5), 'too-deep'],
      ['one string', `"${'a'.repeat(SIZE)}"`, undefined],
      ['one string never closed', `"${'\\'.repeat(SIZE)}`, 'syntax'],
      ['one number', '1'.repeat(SIZE), 'number-overflow'],
      ['many keys', `{${Array.from({ length: SIZE / 12 }, (_, index) => `"k${index}":1`).join()}}`, undefined],
      [
        'one key again at the end',
        `{${Array.from({ length: SIZE / 12 }, (_, index) => `"k${index}":1`).join()},"k7":1}`,
        'duplicate-key',
      ],
      ['many small objects', `[${'{"a":1},'.repeat(SIZE / 8)}{}]`, undefined],
      ['spaces', ' '.repeat(SIZE), 'syntax'],
      ['empty lines', '\n'.repeat(SIZE), 'syntax'],
    ])('answers within the time of a test: %s', (_name, text, code) => {
      expect(scanJson(text, MAX_DEPTH)?.code).toBe(code);
    });
  });
});
