import fc, { type Arbitrary } from 'fast-check';
import type { Json } from './schema-arbitrary.js';

/** What hardly any place takes, and some have died of. */
const STRANGE: readonly Json[] = [
  null,
  true,
  0,
  -1,
  0.5,
  -0,
  2 ** 31,
  2 ** 53,
  Number.MAX_VALUE,
  Number.MIN_VALUE,
  '',
  ' ',
  '\0',
  'a\0b',
  '\uD800',
  '\uDC00\uD800',
  '\u202E\uFEFF',
  '🙂'.repeat(150),
  'x'.repeat(10_000),
  '__proto__',
  'constructor',
  '${input.a.b.c}',
  '${',
  '$input',
  '1e999',
  '../../etc/passwd',
  "'; DROP TABLE runs; --",
  [],
  {},
  [[[[[]]]]],
  [null],
];

const STRANGE_KEYS = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  '',
  ' ',
  'x',
  '\0',
  '\uD800',
  'k'.repeat(300),
];

const deep = fc.integer({ min: 1, max: 200 }).map((depth) => {
  let value: Json = 1;
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { a: value };
  return value;
});

const strange: Arbitrary<Json> = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...STRANGE) },
  { weight: 1, arbitrary: deep },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
);

/** A value like `valid` with one to three things changed: taken away, added, of another type, out of bounds. */
export function broken(valid: Arbitrary<Json>): Arbitrary<Json> {
  const change = fc.record({
    path: fc.array(fc.nat(), { maxLength: 6 }),
    how: fc.constantFrom('replace', 'remove', 'add', 'nudge', 'repeat'),
    value: strange,
    key: fc.constantFrom(...STRANGE_KEYS),
  });
  return fc.tuple(valid, fc.array(change, { minLength: 1, maxLength: 3 })).map(([value, changes]) =>
    changes.reduce<Json>((current, { path, how, value: other, key }) => {
      return changedAt(current, path, (found) => changed(found, how, other, key));
    }, value),
  );
}

type How = 'replace' | 'remove' | 'add' | 'nudge' | 'repeat';

/** `value` with what is at `path` changed; numbers choose among members, a path that is too long stops at a leaf. */
function changedAt(value: Json, path: readonly number[], change: (value: Json) => Json): Json {
  const [choice, ...rest] = path;
  if (choice === undefined || typeof value !== 'object' || value === null) return change(value);
  if (Array.isArray(value)) {
    if (value.length === 0) return change(value);
    return value.map((item, index) => (index === choice % value.length ? changedAt(item, rest, change) : item));
  }
  const keys = Object.keys(value);
  if (keys.length === 0) return change(value);
  const key = keys[choice % keys.length];
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, name === key ? changedAt(member, rest, change) : member]),
  );
}

function changed(value: Json, how: How, other: Json, key: string): Json {
  switch (how) {
    case 'replace':
      return other;
    case 'remove':
      if (Array.isArray(value)) return value.slice(1);
      if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).slice(1));
      return null;
    case 'add':
      if (Array.isArray(value)) return [...value, other];
      if (typeof value === 'object' && value !== null)
        return Object.fromEntries([...Object.entries(value), [key, other]]);
      return { [key]: value };
    case 'nudge':
      if (typeof value === 'number') return value + 1;
      return typeof value === 'string' ? `${value}${value}x` : other;
    case 'repeat':
      if (Array.isArray(value) && value.length > 0)
        return Array.from({ length: 300 }, (_, index) => value[index % value.length] ?? null);
      return typeof value === 'string' ? value.repeat(50) : other;
  }
}
