import fc from 'fast-check';
import { type Comparison, deepEqual } from './deep-equal.js';
import type { Json } from './json.js';

describe('deepEqual', () => {
  it.each<[Json, Json]>([
    [null, null],
    [0, -0],
    ['a', 'a'],
    [[], []],
    [
      { a: 1, b: [2, { c: null }] },
      { b: [2, { c: null }], a: 1 },
    ],
  ])('holds for %j and %j', (left, right) => {
    expect(deepEqual(left, right)).toBe(true);
  });

  it.each<[Json, Json]>([
    [5, '5'],
    [null, 0],
    [null, {}],
    [{}, null],
    [[], {}],
    [{}, []],
    [{}, 'a'],
    [
      [1, 2],
      [1, 2, 3],
    ],
    [
      [1, 2],
      [2, 1],
    ],
    [{ a: 1 }, { a: 1, b: 2 }],
    [{ a: 1 }, { b: 1 }],
    [{ a: { b: 1 } }, { a: { b: 2 } }],
    [{ toString: null }, { a: null }],
  ])('does not hold for %j and %j', (left, right) => {
    expect(deepEqual(left, right)).toBe(false);
  });

  it('compares keys such as __proto__ as data', () => {
    const parse = (text: string) => JSON.parse(text) as Json;
    expect(deepEqual(parse('{ "__proto__": 1 }'), parse('{ "__proto__": 1 }'))).toBe(true);
    expect(deepEqual(parse('{ "__proto__": 1 }'), parse('{ "__proto__": 2 }'))).toBe(false);
    expect(deepEqual(parse('{ "__proto__": {} }'), parse('{ "a": {} }'))).toBe(false);
  });

  it('compares values nested a hundred thousand deep', () => {
    const nested = (): Json => {
      let value: Json = 1;
      for (let depth = 0; depth < 100_000; depth++) value = depth % 2 === 0 ? [value] : { a: value };
      return value;
    };
    expect(deepEqual(nested(), nested())).toBe(true);
  });

  it('is an equivalence on JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), fc.jsonValue(), (a, b, c) => {
        expect(deepEqual(a, a)).toBe(true);
        expect(deepEqual(a, JSON.parse(JSON.stringify(a)))).toBe(true);
        expect(deepEqual(a, b)).toBe(deepEqual(b, a));
        if (deepEqual(a, b) && deepEqual(b, c)) expect(deepEqual(a, c)).toBe(true);
      }),
    );
  });

  it('takes the meaning of equal leaves from the comparison, and tells it what it walks through', () => {
    const walked: number[] = [];
    const ignoringCase: Comparison = {
      compare: (left, right) =>
        Array.isArray(left) && Array.isArray(right)
          ? 'descend'
          : String(left).toLowerCase() === String(right).toLowerCase(),
      onDescend: (children) => walked.push(children),
    };
    expect(deepEqual(['a', ['b']], ['A', ['B']], ignoringCase)).toBe(true);
    expect(walked).toEqual([2, 1]);
  });
});
