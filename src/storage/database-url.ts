import { DatabaseUrlError } from './storage.errors.js';

/** Where a database lives: in memory, in a file whose path may be relative to the working directory, or on a server. */
export type DatabaseLocation =
  { readonly kind: 'memory' } | { readonly kind: 'file'; readonly path: string } | ServerLocation;

/** `url` holds the password. */
export interface ServerLocation {
  readonly kind: 'server';
  readonly dialect: DialectName;
  readonly url: string;
}

/** What a database server speaks; MariaDB and MySQL speak the same. */
export type DialectName = 'postgres' | 'mysql';

const SQLITE_FORMS = 'sqlite:///./relative.db, sqlite:////absolute.db or sqlite::memory:';
const SERVER_FORMS = 'postgres://user:password@host:5432/database or mysql://user:password@host:3306/database';
/** What `DATABASE__URL` may be, in words. */
export const DATABASE_URL_FORMS = `${SQLITE_FORMS}; ${SERVER_FORMS} (mariadb:// is the same)`;

const DIALECTS: ReadonlyMap<string, DialectName> = new Map([
  ['postgres', 'postgres'],
  ['postgresql', 'postgres'],
  ['mysql', 'mysql'],
  ['mariadb', 'mysql'],
]);

/**
 * Reads a database URL. Three slashes stand before a relative path of a file, four before an absolute one.
 *
 * @throws {DatabaseUrlError} naming what is accepted, and of the URL the scheme alone: it may hold a password.
 */
export function parseDatabaseUrl(url: string): DatabaseLocation {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase();
  if (scheme === undefined) throw new DatabaseUrlError(`DATABASE__URL has no scheme: it must be ${DATABASE_URL_FORMS}`);
  const dialect = DIALECTS.get(scheme);
  if (dialect !== undefined) return serverLocation(url, scheme, dialect);
  if (scheme !== 'sqlite')
    throw new DatabaseUrlError(`DATABASE__URL: ${scheme} is not known: use ${DATABASE_URL_FORMS}`);
  const rest = url.slice('sqlite:'.length);
  if (rest === ':memory:' || rest === '///:memory:') return { kind: 'memory' };
  const path = /^\/\/\/([^?#\0]*[^/?#\0])$/.exec(rest)?.[1];
  if (path === undefined) {
    throw new DatabaseUrlError(`DATABASE__URL names no file after "sqlite:" in one of the forms ${SQLITE_FORMS}`);
  }
  return { kind: 'file', path };
}

function serverLocation(url: string, scheme: string, dialect: DialectName): ServerLocation {
  const isComplete = URL.canParse(url) && new URL(url).hostname !== '' && /^\/[^/]+$/.test(new URL(url).pathname);
  if (!isComplete) {
    throw new DatabaseUrlError(`DATABASE__URL names no host and database after "${scheme}:": use ${SERVER_FORMS}`);
  }
  // The drivers know one name of each scheme.
  return { kind: 'server', dialect, url: url.replace(/^[a-z]+:/i, `${dialect}:`) };
}
