import { DatabaseUrlError } from './storage.errors.js';
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

  it.each([
    ['postgres', 'postgres'],
    ['postgresql', 'postgres'],
    ['mysql', 'mysql'],
    ['mariadb', 'mysql'],
  ])('%s is a server that speaks %s', (scheme, dialect) => {
    const rest = '//admin:hunter2@db.internal:5432/wand?sslmode=require';
    expect(parseDatabaseUrl(`${scheme}:${rest}`)).toEqual({ kind: 'server', dialect, url: `${dialect}:${rest}` });
  });

  it.each([
    'postgres:',
    'postgres://',
    'postgres://admin:hunter2@db.internal',
    'mysql://admin:hunter2@db/a/b',
    'mysql:db',
  ])('%s names no database of a server, and of the URL nothing is said but its scheme', (url) => {
    expect(() => parseDatabaseUrl(url)).toThrow(DatabaseUrlError);
    expect(() => parseDatabaseUrl(url)).toThrow(/names no host and database after "[a-z]+:": use postgres:\/\/user/);
    expect(() => parseDatabaseUrl(url)).not.toThrow(/hunter2|admin/);
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
