import fc from 'fast-check';
import BetterSqlite3 from 'better-sqlite3';
import { TableDigest, compareKeys, keyOf, rowDigest } from './canonical-row.js';
import { copiedTables } from './copied-tables.js';
import { getMetadataArgsStorage } from 'typeorm';
import { entityTableName } from '../entity-columns.js';

const TABLE = { name: 't', columns: ['a', 'b'], key: ['a'], texts: ['b'], blobs: [] };

describe('what a copy compares', () => {
  it('tells rows apart whose values read the same one after the other', () => {
    const rows = [
      { a: 'x', b: 'yz' },
      { a: 'xy', b: 'z' },
      { a: 'x', b: null },
      { a: 'x', b: 'n;' },
      { a: 1, b: '1' },
      { a: '1', b: 1 },
      { a: '1', b: new Uint8Array([0x31]) },
    ];
    expect(new Set(rows.map((row) => rowDigest(TABLE, row).toString('hex'))).size).toBe(rows.length);
    expect(rowDigest(TABLE, { a: 1, b: 'x' })).toEqual(rowDigest(TABLE, { b: 'x', a: 1n }));
  });

  it('comes to the same checksum of a table in whichever order its rows come', () => {
    const digests = [1, 2, 3].map((a) => rowDigest(TABLE, { a, b: 'x' }));
    const sumOf = (order: readonly Buffer[]): string => {
      const sum = new TableDigest();
      for (const digest of order) sum.add(digest);
      return sum.hex;
    };
    expect(sumOf(digests)).toBe(sumOf([...digests].reverse()));
    expect(sumOf(digests)).not.toBe(sumOf(digests.slice(1)));
  });

  it('orders keys as SQLite does', () => {
    const database = new BetterSqlite3(':memory:');
    const isBefore = database.prepare('SELECT (?, ?) < (?, ?)').pluck();
    const text = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(text, fc.integer(), text, fc.integer(), (a, b, c, d) => {
        expect(compareKeys([a, b], [c, d]) < 0).toBe(isBefore.get(a, b, c, d) === 1);
      }),
    );
    database.close();
  });

  it('takes the key of a row in its order', () => {
    expect(keyOf({ ...TABLE, key: ['b', 'a'] }, { a: 1, b: 'x' })).toEqual(['x', 1]);
    expect(() => keyOf(TABLE, { a: null, b: 'x' })).toThrow(TypeError);
  });

  it('has every table stand behind those that it refers to', () => {
    const names = copiedTables().map(({ name }) => name);
    for (const { target, type } of getMetadataArgsStorage().foreignKeys) {
      const parent = (type as () => new () => object)();
      const [child, before] = [entityTableName(target as new () => object), entityTableName(parent)];
      expect(names.indexOf(child)).toBeGreaterThan(names.indexOf(before));
    }
  });
});
