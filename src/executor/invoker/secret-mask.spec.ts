import type { Json } from '../core/index.js';
import { SecretMask } from './secret-mask.js';

describe('SecretMask', () => {
  const mask = new SecretMask(['hunter22', 'hunter22-long', 'abc']);

  it('hides every secret, the longest first', () => {
    expect(mask.text('a hunter22-long b hunter22')).toBe('a *** b ***');
  });

  it('leaves values alone that are too short to be told from chance', () => {
    expect(mask.text('abc')).toBe('abc');
  });

  it('reaches strings and keys at any depth and keeps everything else', () => {
    const value = JSON.parse('{"a": [{"hunter22": 1, "b": "x hunter22"}], "__proto__": "hunter22", "n": null}') as Json;
    expect(JSON.stringify(mask.json(value))).toBe('{"a":[{"***":1,"b":"x ***"}],"__proto__":"***","n":null}');
  });

  it('gives the very value back when there is nothing to hide', () => {
    const value = { a: 'hunter22' };
    expect(new SecretMask([]).json(value)).toBe(value);
    expect(new SecretMask([]).object(value)).toBe(value);
  });
});
