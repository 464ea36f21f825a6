import { DatabaseUrlError } from '../storage.errors.js';
import { parseDatabaseUrl } from './database-url.js';

describe('the URL of the database', () => {
  it.each([
    ['sqlite:///./wand.db', './wand.db'],
    ['sqlite:///wand.db', 'wand.db'],
    ['sqlite:///../data/my runs.db', '../data/my runs.db'],
    ['sqlite:////var/lib/wand/wand.db', '/var/lib/wand/wand.db'],
    ['SQLITE:///./wand.db', './wand.db'],
  ])('%s is a file', (url, path) => {
    expect(parseDatabaseUrl(url)).toEqual({ kind: 'file', path });
  });

  it.each(['sqlite::memory:', 'sqlite:///:memory:'])('%s lives in memory', (url) => {
    expect(parseDatabaseUrl(url)).toEqual({ kind: 'memory' });
  });

  it.each(['postgres', 'postgresql', 'mysql', 'mariadb'])('%s is said to be not supported yet', (scheme) => {
    const url = `${scheme}://admin:hunter2@db.internal:5432/wand`;
    expect(() => parseDatabaseUrl(url)).toThrow(DatabaseUrlError);
    expect(() => parseDatabaseUrl(url)).toThrow(`${scheme} is not supported yet`);
    expect(() => parseDatabaseUrl(url)).not.toThrow(/hunter2|admin|internal/);
  });

  it.each([
    '',
    'wand.db',
    'sqlite:',
    'sqlite:///',
    'sqlite://wand.db',
    'sqlite:///dir/',
    'sqlite:///a.db?mode=ro',
    'redis://h',
  ])('"%s" is refused with the forms that are accepted', (url) => {
    expect(() => parseDatabaseUrl(url)).toThrow(/sqlite:\/\/\/\.\/relative\.db, .*sqlite::memory:/);
  });
});
