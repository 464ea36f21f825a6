import type { JsonObject } from './json.js';
import { overlay, setOwn } from './plain-object.js';

const parse = (text: string): JsonObject => JSON.parse(text) as JsonObject;

describe('overlay', () => {
  it('keeps the keys of both and lets the second win', () => {
    expect(overlay({ a: 1, b: 1 }, { b: 2, c: 2 })).toEqual({ a: 1, b: 2, c: 2 });
  });

  it('treats __proto__ and constructor as plain data', () => {
    const merged = overlay(parse('{"__proto__":{"a":1},"x":1}'), parse('{"constructor":2}'));
    expect(JSON.stringify(merged)).toBe('{"__proto__":{"a":1},"x":1,"constructor":2}');
    expect(Object.getPrototypeOf(merged)).toBe(Object.prototype);
    expect(JSON.stringify(overlay(merged, parse('{"__proto__":3}')))).toBe('{"__proto__":3,"x":1,"constructor":2}');
  });

  it('leaves both sources as they are', () => {
    const base = { a: 1 };
    overlay(base, { a: 2 });
    expect(base).toEqual({ a: 1 });
  });
});

describe('setOwn', () => {
  it('replaces what is there and never touches the prototype', () => {
    const target: Record<string, number> = {};
    setOwn(target, 'a', 1);
    setOwn(target, 'a', 2);
    setOwn(target, '__proto__', 3);
    expect(JSON.stringify(target)).toBe('{"a":2,"__proto__":3}');
    expect(Object.getPrototypeOf(target)).toBe(Object.prototype);
  });
});
