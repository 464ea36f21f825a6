import fc from 'fast-check';
import { splitTemplates, UnclosedTemplateError } from './template-text.js';

const text = (value: string) => ({ kind: 'text', text: value });
const template = (source: string) => ({ kind: 'template', source });

describe('splitTemplates', () => {
  it('splits text and templates', () => {
    expect(splitTemplates('a ${ x } b${y}')).toEqual([text('a '), template(' x '), text(' b'), template('y')]);
    expect(splitTemplates('${x}${y}')).toEqual([template('x'), template('y')]);
  });

  it('leaves other dollars and braces alone', () => {
    expect(splitTemplates('$5 } { $ $$ {x} $')).toEqual([text('$5 } { $ $$ {x} $')]);
  });

  it('reads $${ as a literal ${', () => {
    expect(splitTemplates('$${x} ${y} $$${z}')).toEqual([text('${x} '), template('y'), text(' $${z}')]);
  });

  it.each([
    '{"a": {"b": 1}}.a',
    '"}"',
    "'}'",
    '"\\"}"',
    '"""a"}"""',
    "'''a'}'''",
    'r"}"',
    '1 // }\n + 2',
    '6 / 2',
    '"// }"',
  ])('does not end the template inside %s', (source) => {
    expect(splitTemplates(`\${${source}}!`)).toEqual([template(source), text('!')]);
  });

  it.each(['${', 'a ${ b', '${"}', '${{}', '${"""}""}', '${x // }', "${'\\"])(
    'refuses %j, which does not end',
    (value) => {
      expect(() => splitTemplates(value)).toThrow(UnclosedTemplateError);
    },
  );

  it('says where the template was opened', () => {
    expect(() => splitTemplates('ab ${ c')).toThrow('the template opened at character 4 is not closed');
  });

  it('gives any text without ${ back as it is', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        fc.pre(!value.includes('${'));
        expect(splitTemplates(value)).toEqual(value === '' ? [] : [text(value)]);
      }),
    );
  });
});
