import fc from 'fast-check';
import { textFaultOf } from './request-text.js';

describe('textFaultOf', () => {
  it('finds nothing in any text that was encoded, U+0000 apart', () => {
    const text = fc.string({ unit: 'binary' }).map((drawn) => drawn.replaceAll('\0', '').toWellFormed());
    fc.assert(
      fc.property(text, text, text, (segment, name, value) => {
        const target = `/${encodeURIComponent(segment)}?${encodeURIComponent(name)}=${encodeURIComponent(value)}`;
        expect(textFaultOf(target)).toBeUndefined();
      }),
    );
  });

  it.each([
    ['/graphs/%00', undefined, 'nul-character', 'the path holds'],
    ['/graphs/%ed%a0%80?a=1', undefined, 'utf-8', 'the path holds'],
    ['/graphs?a=b&name=x%00', 'name', 'nul-character', 'the parameter "name" of the query holds'],
    ['/runs?label=%C3%A9&label=team%3A%ED%A0%80', 'label', 'utf-8', 'the parameter "label" of the query holds'],
    ['/runs?%ff=1', undefined, 'utf-8', 'the query holds'],
    ['/runs?a%00', undefined, 'nul-character', 'the query holds'],
    ['/runs?a=%C0%80', 'a', 'utf-8', 'the parameter "a" of the query holds'],
  ])('says of %s what is wrong, and where', (target, parameter, code, begins) => {
    const fault = textFaultOf(target);
    expect(fault).toMatchObject({ code, message: expect.stringContaining(begins) });
    expect(fault?.parameter).toBe(parameter);
    expect(fault?.message).toMatch(/accepted is percent-encoded UTF-8 without U\+0000$/);
  });

  it.each(['/graphs', '/graphs/%zz', '/graphs?name=100%', '/graphs?name=a+b%20c&&='])('takes %s', (target) => {
    expect(textFaultOf(target)).toBeUndefined();
  });
});
