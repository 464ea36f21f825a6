import type { Json } from './json.js';
import { lookup, parsePath, PathSyntaxError } from './paths.js';

const find = (value: Json, path: string) => lookup(value, parsePath(path));

describe('parsePath', () => {
  it('splits at dots, and takes a plain key as one segment', () => {
    expect(parsePath('json.items.0.title')).toEqual(['json', 'items', '0', 'title']);
    expect(parsePath('title')).toEqual(['title']);
  });

  it.each(['', '.', 'a.', '.a', 'a..b'])('refuses the empty segment of %j', (path) => {
    expect(() => parsePath(path)).toThrow(PathSyntaxError);
    expect(() => parsePath(path)).toThrow('has an empty segment');
  });
});

describe('lookup', () => {
  const value: Json = { json: { items: [{ title: 'first' }, { title: null }] }, 'a.b': 1, text: 'abc' };

  it('follows keys and array indexes', () => {
    expect(find(value, 'json.items.0.title')).toEqual({ found: true, value: 'first' });
  });

  it('finds null', () => {
    expect(find(value, 'json.items.1.title')).toEqual({ found: true, value: null });
  });

  it.each([
    'missing',
    'json.items.2',
    'json.items.-1',
    'json.items.00',
    'json.items.1.5',
    'json.items.length',
    'json.items.99999999999999999999',
    'text.0',
    'text.length',
    'json.items.1.title.more',
    'a.b',
  ])('finds nothing at %s', (path) => {
    expect(find(value, path)).toEqual({ found: false });
  });

  it('never reaches what is inherited', () => {
    expect(find({}, 'constructor')).toEqual({ found: false });
    expect(find({}, '__proto__')).toEqual({ found: false });
    expect(find([], 'map')).toEqual({ found: false });
  });

  it('reads keys such as __proto__ and constructor where they are data', () => {
    const data = JSON.parse('{ "__proto__": { "constructor": 7 } }') as Json;
    expect(find(data, '__proto__.constructor')).toEqual({ found: true, value: 7 });
  });

  it('follows a path of a hundred thousand segments', () => {
    let nested: Json = 'deep';
    for (let depth = 0; depth < 100_000; depth++) nested = { a: nested };
    expect(find(nested, Array(100_000).fill('a').join('.'))).toEqual({ found: true, value: 'deep' });
  });
});
