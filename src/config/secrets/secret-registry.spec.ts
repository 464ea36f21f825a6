import fc from 'fast-check';
import type { Json } from '../../executor/core/index.js';
import { SecretRegistry } from './secret-registry.js';

describe('SecretRegistry', () => {
  const secrets = new SecretRegistry(['hunter22', 'hunter22-long', 'short', 'a "quoted"\tone', '20261124']);

  it('hides every secret, the longest first', () => {
    expect(secrets.text('a hunter22-long b hunter22hunter22')).toBe('a *** b ******');
  });

  it('leaves values alone that are too short to be told from chance', () => {
    expect(secrets.text('short')).toBe('short');
    expect(secrets.isIn('"short"')).toBe(false);
  });

  it('reaches strings and keys at any depth and keeps everything else', () => {
    const value = JSON.parse('{"a": [{"hunter22": 1, "b": "x hunter22"}], "__proto__": "hunter22", "n": null}') as Json;
    expect(JSON.stringify(secrets.json(value))).toBe('{"a":[{"***":1,"b":"x ***"}],"__proto__":"***","n":null}');
  });

  it('hides a number that is a secret, and none that only holds its digits', () => {
    expect(secrets.json([20261124, 120261124, 20261124.5])).toEqual(['***', 120261124, 20261124.5]);
  });

  it('keeps a line of JSON whole, even where the text of a secret begins within an escape', () => {
    const cutting = new SecretRegistry(['nhunter', '123456']);
    const line = `${JSON.stringify({ a: '\nhunter', b: 1234567, c: 'nhunter' })}\n`;
    expect(cutting.line(line)).toBe(`${JSON.stringify({ a: '\nhunter', b: 1234567, c: '***' })}\n`);
    expect(cutting.line('no json: nhunter')).toBe('no json: ***');
  });

  it('gives the very value back when there is nothing to hide', () => {
    const value = { a: 'hunter22' };
    const none = new SecretRegistry(['', 'abc']);
    expect(none.json(value)).toBe(value);
    expect(none.object(value)).toBe(value);
    expect(secrets.line('{"a": 1}')).toBe('{"a": 1}');
  });

  it('hides what is registered later', () => {
    const later = new SecretRegistry();
    expect(later.text('opensesame')).toBe('opensesame');
    later.register('opensesame');
    expect(later.text('opensesame')).toBe('***');
  });

  const characters = fc.string({
    unit: fc.constantFrom(...'aB3 +/=&%"\\\n{[:,.*?$^é€🔑'),
    minLength: 6,
    maxLength: 40,
  });
  // Its lines are secrets of their own; here one is enough.
  const secret = characters.map((text) => text.replaceAll('\n', '\t')).filter((text) => text.trim().length >= 6);
  const around = fc.string({ unit: fc.constantFrom(...'xyz 0{"\\'), maxLength: 10 });

  it.each<[string, (text: string) => string]>([
    ['as it is', (text) => text],
    ['in JSON', (text) => JSON.stringify(text).slice(1, -1)],
    ['in JSON within JSON', (text) => JSON.stringify(JSON.stringify(text)).slice(1, -1)],
    ['in a URL', encodeURIComponent],
    ['in a form', (text) => new URLSearchParams({ q: text }).toString().slice(2)],
  ])('finds a secret %s, in a text and in a line', (_, write) => {
    fc.assert(
      fc.property(secret, around, around, (value, before, after) => {
        const registry = new SecretRegistry([value]);
        const written = write(value);
        const text = before + written + after;
        expect(registry.text(text)).not.toContain(written);
        const line = JSON.stringify({ data: [text] });
        const scrubbed = registry.line(line);
        expect(scrubbed).not.toContain(JSON.stringify(written).slice(1, -1));
        expect(() => void JSON.parse(scrubbed)).not.toThrow();
      }),
    );
  });

  it('finds a secret in base64, wherever it begins in what was encoded', () => {
    fc.assert(
      fc.property(secret, around, around, fc.constantFrom('base64', 'base64url'), (value, before, after, encoding) => {
        const registry = new SecretRegistry([value]);
        const written = Buffer.from(before + value + after).toString(encoding);
        expect(registry.text(`Basic ${written}`)).toContain('***');
      }),
    );
  });
});
