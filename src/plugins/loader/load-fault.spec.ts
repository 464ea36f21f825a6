import { reasonOf } from './load-fault.js';

const PATH = '/plugins/count.js';

describe('reasonOf', () => {
  const thrown = (error: Error, stack: string): Error => Object.assign(error, { stack });

  it('names the line where it was thrown, if that is in the file', () => {
    const stack = `ReferenceError: x is not defined\n    at file://${PATH}:7:3\n    at file:///service/dist/loader.js:1:1`;
    expect(reasonOf(thrown(new ReferenceError('x is not defined'), stack), PATH)).toBe(
      'ReferenceError: x is not defined (line 7)',
    );
    expect(reasonOf(thrown(new SyntaxError('Unexpected token'), `file://${PATH}?v=2:3\n}\n^`), PATH)).toBe(
      'SyntaxError: Unexpected token (line 3)',
    );
  });

  it('says how to find what cannot be parsed', () => {
    const error = thrown(
      new SyntaxError('Unexpected end of input'),
      'SyntaxError: Unexpected end of input\n at loader',
    );
    expect(reasonOf(error, PATH)).toBe(`SyntaxError: Unexpected end of input ("node --check ${PATH}" shows where)`);
  });

  it('stays on one line, whatever was thrown', () => {
    expect(reasonOf(thrown(new Error('a\n  b'), 'at file:///elsewhere.js:1:1'), PATH)).toBe('a b');
    expect(reasonOf('text', PATH)).toBe('it threw string, not an Error');
  });
});
